"""파이프라인 작성: DAG, 태스크 인자, 실행 중인 태스크의 요청과 결과에서 잘못될 수 있는 것."""

MESSAGES: dict[str, str] = {
    "sdk.argument_not_yet": (
        "{file}:{line}: {operator} {task_id!r}에 {name!r} 인자가 있지만 mulgil은 아직 지원하지 않습니다. 인자를 "
        "지우세요. 대신 쓸 방법은 docs/airflow-differences.md에 있습니다."
    ),
    "sdk.bad_id": (
        "{file}:{line}: {what} {value}은(는) 쓸 수 없습니다. 글자, 숫자, '_', '-', '.'만 쓰고 글자나 숫자, '_'로 "
        "시작하세요. 최대 200바이트입니다."
    ),
    "sdk.bad_schedule": "{file}:{line}: DAG {dag_id!r}의 스케줄을 쓸 수 없습니다: {why}",
    "sdk.bad_timezone": "{file}:{line}: 시간대를 쓸 수 없습니다: {why}",
    "sdk.branch_not_downstream": (
        "분기 태스크 {task_id!r}이(가) 바로 뒤에 오지 않는 {name!r}을(를) 골랐습니다. 고를 수 있는 것: {known}."
    ),
    "sdk.branch_not_ids": (
        "분기 태스크 {task_id!r}이(가) {value}을(를) 반환했습니다. 태스크 id나 그 목록을 반환하고, 아무것도 "
        "따르지 않으려면 None을 반환하세요."
    ),
    "sdk.callback_not_yet": (
        "{file}:{line}: {operator} {task_id!r}에 {name!r} 인자가 있지만 mulgil에는 아직 콜백이 없습니다. 인자를 "
        "지우고, trigger_rule='one_failed'나 'all_done'인 마지막 태스크에서 그 일을 하세요."
    ),
    "sdk.catchup_without_start": (
        "{file}:{line}: DAG {dag_id!r}에 catchup=True가 있지만 따라잡기를 시작할 start_date가 없습니다. "
        "start_date를 주세요."
    ),
    "sdk.chain_lengths": (
        "{file}:{line}: chain()에 길이가 {first}인 목록과 {second}인 목록이 이웃해 있습니다. 길이를 맞추거나, "
        "모두 서로 이으려면 cross_downstream()을 쓰세요."
    ),
    "sdk.connection_outside_task": (
        "{file}:{line}: 태스크가 실행되지 않는 곳에서 Connection.get({name!r})을 호출했습니다. DAG 파일은 연결 "
        "정보 없이 읽습니다. 호출을 태스크 안으로 옮기세요."
    ),
    "sdk.context_outside_task": (
        "{file}:{line}: 태스크가 실행되지 않는 곳에서 get_current_context()를 호출했습니다. 태스크 안에서 호출하세요."
    ),
    "sdk.cycle": "{file}:{line}: DAG {dag_id!r}에 순환이 있습니다: {cycle}. 이 의존 관계 가운데 하나를 지우세요.",
    "sdk.cycle_by_assets": (
        "{file}:{line}: DAG {dag_id!r}에 순환이 있습니다: {cycle}. {assets}을(를) 읽고 쓰는 태스크 때문입니다. "
        "테이블을 읽는 태스크는 그 테이블에 쓰는 모든 태스크 뒤에 실행됩니다. 둘 중 하나가 다른 테이블을 쓰게 "
        "하세요."
    ),
    "sdk.dag_argument_not_yet": (
        "{file}:{line}: DAG {dag_id!r}에 {name!r} 인자가 있지만 mulgil은 아직 지원하지 않습니다. 인자를 "
        "지우세요. 대신 쓸 방법은 docs/airflow-differences.md에 있습니다."
    ),
    "sdk.dag_callback_not_yet": (
        "{file}:{line}: DAG {dag_id!r}에 {name!r} 인자가 있지만 mulgil에는 아직 콜백이 없습니다. 인자를 지우고, "
        "trigger_rule='one_failed'나 'all_done'인 마지막 태스크에서 그 일을 하세요."
    ),
    "sdk.default_arg_not_yet": (
        "{file}:{line}: DAG {dag_id!r}의 default_args에 있는 {name!r}은(는) mulgil에 아직 없습니다. 지우세요."
    ),
    "sdk.default_callback_not_yet": (
        "{file}:{line}: DAG {dag_id!r}의 default_args에 {name!r}이(가) 있지만 mulgil에는 아직 콜백이 없습니다. 지우고, "
        "trigger_rule='one_failed'나 'all_done'인 마지막 태스크에서 그 일을 하세요."
    ),
    "sdk.dag_never_called": (
        "{file}:{line}: @dag 함수 {name!r}을(를) 호출하지 않아서 파일에 DAG가 없습니다. 파일 "
        "끝에서 호출하세요: {name}()"
    ),
    "sdk.decorator_not_yet": (
        "{file}:{line}: mulgil에는 아직 @task.{name}이(가) 없습니다. 그 환경에서 작업을 실행하는 명령을 "
        "@task.bash로 쓰세요. @task, @task.branch, @task.bash가 있습니다."
    ),
    "sdk.depends_on_itself": (
        "{file}:{line}: 태스크 {task_id!r}이(가) 자기 자신에 의존합니다. 이 의존 관계를 지우세요."
    ),
    "sdk.doubled_argument": (
        "{file}:{line}: 태스크 {task_id!r}에 인자 {name!r}을(를) 위치와 이름으로 두 번 주었습니다. 한 번만 주세요."
    ),
    "sdk.duplicate_dag_id": (
        "{file}:{line}: DAG id {dag_id!r}은(는) 이 파일 {first_line}번째 줄에서 이미 썼습니다. DAG마다 다른 id를 "
        "주세요."
    ),
    "sdk.duplicate_task_id": (
        "{file}:{line}: 태스크 id {task_id!r}은(는) DAG {dag_id!r}에서 이미 썼습니다({first_line}번째 줄). "
        "태스크마다 다른 id를 주세요."
    ),
    "sdk.edge_between_dags": (
        "{file}:{line}: {downstream!r}은(는) {upstream!r}에 의존할 수 없습니다. 같은 DAG에 있지 않습니다. 둘을 "
        "한 DAG 안에서 만드세요."
    ),
    "sdk.expand_kwargs_not_dicts": (
        "{file}:{line}: expand_kwargs()에는 [{{'x': 1}}, {{'x': 2}}]처럼 인자 dict의 목록을 주어야 합니다."
    ),
    "sdk.expand_not_a_list": (
        "{file}:{line}: expand({name}=...)에 준 {value}({kind})에는 매핑할 항목이 없습니다. 리스트, 튜플, dict를 "
        "주세요. 모두가 함께 쓰는 값은 partial()에 넣습니다."
    ),
    "sdk.expand_nothing": (
        "{file}:{line}: expand()를 인자 없이 호출했습니다. expand(x=[1, 2, 3])처럼 매핑할 인자를 지정하세요."
    ),
    "sdk.expand_over_result": (
        "{file}:{line}: expand({name}=...)에 태스크 {task_id!r}의 결과를 주었습니다. 이 버전은 DAG를 읽을 때 "
        "알려진 목록만 매핑합니다. 목록을 DAG 파일에 쓰거나 한 태스크 안에서 반복하세요."
    ),
    "sdk.failed_by_task": "태스크가 스스로 실패를 선언했습니다: {message}",
    "sdk.missing_argument": (
        "{file}:{line}: 태스크 {task_id!r}을(를) 인자 {name!r} 없이 호출했습니다. 인자를 주거나 매개변수에 "
        "기본값을 두세요."
    ),
    "sdk.no_such_dag": "{file}에는 DAG {dag_id!r}이(가) 없습니다. 가장 비슷한 것: {guess}.",
    "sdk.no_such_file": "DAG 파일 {file}이(가) 없습니다. 경로를 확인하세요.",
    "sdk.no_template_file": (
        "{file}:{line}: 태스크 {task_id!r}의 필드 {field}이(가) 템플릿 파일 {name!r}을(를) 가리키지만 DAG 파일 "
        "옆에도 template_searchpath에도 없습니다. 이름을 고치거나, 명령으로 실행하려면 끝에 공백을 넣어 "
        "`./{name} `처럼 쓰세요."
    ),
    "sdk.no_variable": (
        "변수 {key!r}이(가) 없습니다. `mulgil variables set {key} VALUE`로 만들거나 Variable.get에 기본값을 주세요."
    ),
    "sdk.no_xcom": (
        "태스크 {task_id!r}에 앞선 태스크의 값 {key!r}이(가) 필요하지만 이 키로 저장된 값이 없습니다. 키를 "
        "확인하고, 앞선 태스크가 실행되었는지, multiple_outputs를 쓰는지 확인하세요."
    ),
    "sdk.not_a_date": (
        "{file}:{line}: {name} 값 {value}은(는) 날짜가 아닙니다. '2013-01-31', date, datetime 가운데 하나를 쓰세요."
    ),
    "sdk.not_a_duration": "{file}:{line}: {name} 값이 {value}입니다. 음수가 아닌 timedelta(또는 초)를 쓰세요.",
    "sdk.not_a_number": "{file}:{line}: {name} 값 {value}은(는) 숫자가 아닙니다.",
    "sdk.not_a_number_from": "{file}:{line}: {name} 값이 {value}입니다. {least} 이상의 정수를 쓰세요.",
    "sdk.not_a_task": (
        "{file}:{line}: >>, <<, chain()은 태스크와 태스크 그룹을 잇습니다. {value}({kind})은(는) 이을 수 없습니다."
    ),
    "sdk.not_a_whole_number": "{file}:{line}: {name} 값이 {value}입니다. 정수를 쓰세요.",
    "sdk.not_an_asset": "{file}:{line}: {name}에 Asset이나 Table이 아닌 {value}이(가) 있습니다.",
    "sdk.not_callable": (
        "{file}:{line}: 태스크 {task_id!r}의 python_callable {value}은(는) 호출할 수 없습니다. 괄호 없이 함수 "
        "자체를 주세요."
    ),
    "sdk.output_key_not_text": (
        "태스크 {task_id!r}은(는) multiple_outputs를 쓰는데 반환한 dict에 키 {key}이(가) 있습니다. 키는 "
        "문자열이어야 합니다."
    ),
    "sdk.outputs_not_a_dict": (
        "태스크 {task_id!r}은(는) multiple_outputs를 쓰는데 {kind}을(를) 반환했습니다. dict를 반환하거나 "
        "multiple_outputs=False로 두세요."
    ),
    "sdk.outside_task": "{file}:{line}: {what}은(는) 태스크가 실행되는 동안에만 있습니다. 태스크 안에서 쓰세요.",
    "sdk.param_default": (
        "{file}:{line}: Param의 기본값 {value}이(가) 자신의 스키마와 맞지 않습니다: {rule}. 둘 중 하나를 고치거나, "
        "필수로 하려면 기본값을 빼세요."
    ),
    "sdk.param_not_json": (
        "{file}:{line}: 매개변수 {name!r}의 값 {value}은(는) JSON이 아닙니다({why}). 문자열, 숫자, 참/거짓, "
        "null, 리스트, dict를 쓰세요."
    ),
    "sdk.param_without_default": (
        "{file}:{line}: DAG {dag_id!r}의 매개변수 {name!r}에 기본값이 없는데 DAG에 스케줄이 있습니다. 예약된 "
        "실행에는 값을 줄 수 없습니다. 기본값을 두거나 스케줄을 지우세요."
    ),
    "sdk.sensor_not_yet": (
        "{file}:{line}: mulgil에는 아직 @task.{name}이(가) 없습니다. 조건을 확인해 아직 아니면 예외를 일으키는 "
        "@task를 retries, retry_delay와 함께 쓰세요."
    ),
    "sdk.short_circuit_not_yet": (
        "{file}:{line}: mulgil에는 아직 @task.{name}이(가) 없습니다. @task에서 TaskSkipped를 일으키거나 "
        "@task.branch에서 None을 반환하세요."
    ),
    "sdk.skipped_by_task": "태스크가 스스로 건너뛰었습니다: {message}",
    "sdk.task_argument_on_dag": (
        "{file}:{line}: DAG {dag_id!r}에 준 {name!r}은(는) 태스크의 인자입니다. 모든 태스크에 주려면 "
        "default_args={{{name!r}: …}}로 쓰세요."
    ),
    "sdk.task_not_called": (
        "{file}:{line}: >>, <<, chain()은 태스크를 잇습니다. 데코레이터를 붙인 함수는 호출해야 태스크가 됩니다. "
        "호출하세요: {code}"
    ),
    "sdk.task_outside_dag": (
        "{file}:{line}: 태스크 {task_id!r}을(를) DAG 밖에서 만들었습니다. `with DAG(...):`나 @dag 함수 안에 두세요."
    ),
    "sdk.task_raised": "{kind}: {message} ({file}:{line})",
    "sdk.too_many_arguments": (
        "{file}:{line}: 태스크 {task_id!r}을(를) 위치 인자 {given}개로 호출했지만 {room}개만 받습니다: {signature}."
    ),
    "sdk.unknown_argument": "{file}:{line}: {operator} {task_id!r}에는 {name!r} 인자가 없습니다. 받는 인자: {known}.",
    "sdk.unknown_argument_guess": (
        "{file}:{line}: {operator} {task_id!r}에는 {name!r} 인자가 없습니다. {guess!r}을(를) 뜻했나요?"
    ),
    "sdk.unknown_choice": (
        "{file}:{line}: {name} 값이 {value}입니다. {guess!r}을(를) 뜻했나요? 쓸 수 있는 값: {known}."
    ),
    "sdk.unknown_dag_argument": (
        "{file}:{line}: DAG {dag_id!r}에 준 {name!r}은(는) DAG의 인자가 아닙니다. 받는 인자: {known}."
    ),
    "sdk.unknown_dag_argument_guess": (
        "{file}:{line}: DAG {dag_id!r}에 준 {name!r}은(는) DAG의 인자가 아닙니다. {guess!r}을(를) 뜻했나요?"
    ),
    "sdk.unknown_decorator": (
        "{file}:{line}: @task.{name}은(는) 없습니다. @task, @task.branch, @task.bash가 있습니다. 다른 것 대신 쓸 "
        "방법은 docs/airflow-differences.md에 있습니다."
    ),
    "sdk.unknown_default_arg": (
        "{file}:{line}: default_args의 {name!r}을(를) 받는 태스크가 DAG {dag_id!r}에 없습니다. 지우세요."
    ),
    "sdk.unknown_default_arg_guess": (
        "{file}:{line}: default_args의 {name!r}을(를) 받는 태스크가 DAG {dag_id!r}에 없습니다. {guess!r}을(를) "
        "뜻했나요?"
    ),
    "sdk.unknown_parameter": (
        "{file}:{line}: 태스크 {task_id!r}을(를) {name!r}(으)로 호출했지만 함수에 그런 매개변수가 없습니다. 받는 "
        "것: {known}."
    ),
    "sdk.unknown_parameter_guess": (
        "{file}:{line}: 태스크 {task_id!r}을(를) {name!r}(으)로 호출했지만 함수에 그런 매개변수가 없습니다. "
        "{guess!r}을(를) 뜻했나요?"
    ),
    "sdk.variable_not_json": (
        "변수 {key!r}은(는) JSON이 아닙니다: {why}. 값을 고치거나 deserialize_json 없이 읽으세요."
    ),
    "sdk.variable_outside_task": (
        "{file}:{line}: 태스크가 실행되지 않는 곳에서 Variable.get({name!r})을 호출했습니다. DAG 파일은 변수 "
        "없이 읽습니다. 호출을 태스크 안으로 옮기거나 템플릿에서 {{{{ var.value.{name} }}}}을 쓰세요."
    ),
    "sdk.wrong_arguments": "{file}:{line}: {operator} {task_id!r}을(를) 만들 수 없습니다: {why}.",
}
