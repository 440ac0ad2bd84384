"""명령과 그 거절 사유의 한국어 문구."""

MESSAGES = {
    "operations.backfill_malformed": (
        "DAG '{dag_id}'의 백필을 읽을 수 없습니다. 구간이 없거나 너무 많거나 순서가 어긋납니다. `mulgil "
        "backfill`로 다시 계획하세요"
    ),
    "operations.backfill_max_active": "백필이 한 번에 진행할 수 있는 구간은 1~{most}개입니다(입력한 값: {value})",
    "operations.backfill_no_interval": (
        "[{first}, {last})에서 시작하는 DAG '{dag_id}'의 데이터 구간이 없습니다. 다음 구간은 {start}에 시작합니다"
    ),
    "operations.backfill_nothing_complete": (
        "이 범위에는 아직 끝난 데이터 구간이 없습니다. DAG '{dag_id}'의 첫 구간은 {end}에 끝나며, 그때 "
        "스케줄에 따라 실행됩니다"
    ),
    "operations.backfill_over": "백필 {backfill_id}은(는) {state} 상태라서 더는 바꿀 수 없습니다",
    "operations.backfill_range_inverted": "범위의 끝({last})이 시작({first})보다 앞섭니다. 두 날짜를 바꾸세요",
    "operations.backfill_schedule_changed": (
        "백필을 계획한 뒤에 DAG '{dag_id}'의 스케줄이 바뀌었습니다. 지금은 {start}에 시작하는 끝난 구간이 "
        "없습니다. 다시 계획하세요"
    ),
    "operations.backfill_task_misspelt": (
        "DAG '{dag_id}'에 태스크 '{task_id}'이(가) 없습니다. '{nearest}'을(를) 찾으셨나요? 태스크 목록은 "
        "`mulgil dags show {dag_id}`로 볼 수 있습니다"
    ),
    "operations.backfill_task_unknown": (
        "DAG '{dag_id}'에 태스크 '{task_id}'이(가) 없습니다. 태스크 목록은 `mulgil dags show {dag_id}`로 볼 수 있습니다"
    ),
    "operations.backfill_too_long": (
        "이 범위에는 DAG '{dag_id}'의 데이터 구간이 {most}개보다 많습니다. 나누어 백필하세요"
    ),
    "operations.backfill_unknown": (
        "백필 {backfill_id}이(가) 없습니다. 백필 목록은 `mulgil backfill list`로 볼 수 있습니다"
    ),
    "operations.backfill_without_intervals": (
        "DAG '{dag_id}'은(는) 시간으로 스케줄되지 않아 백필할 데이터 구간이 없습니다. `mulgil dags trigger "
        "{dag_id}`로 실행하세요"
    ),
    "operations.conf_too_large": "DAG `{dag_id}`에 준 conf에 64비트를 넘는 정수가 있습니다. 문자열로 적어 주세요.",
    "operations.connection_extra_not_json": (
        "연결 '{connection_id}'의 extra '{name}'({type})은(는) 저장할 수 없습니다. JSON에 있는 값, 곧 문자열, 64비트 "
        "이하의 숫자, true, false, null, 그리고 그것들의 목록과 객체만 쓸 수 있습니다"
    ),
    "operations.connection_invalid": "연결에는 ID와 유형이 필요합니다(입력한 ID: '{connection_id}')",
    "operations.connection_misspelt": (
        "연결 '{connection_id}'이(가) 없습니다. '{nearest}'을(를) 찾으셨나요? `mulgil connections list`로 확인하세요"
    ),
    "operations.connection_unknown": (
        "연결 '{connection_id}'이(가) 없습니다. 등록된 연결은 `mulgil connections list`로 볼 수 있습니다"
    ),
    "operations.dag_misspelt": (
        "DAG '{dag_id}'이(가) 없습니다. '{nearest}'을(를) 찾으셨나요? `mulgil dags list`로 확인하세요"
    ),
    "operations.dag_misspelt_or_not_imported": (
        "DAG '{dag_id}'이(가) 없습니다. '{nearest}'을(를) 찾으셨나요? "
        "불러올 수 없는 파일({files})에 있을 수도 있습니다. `mulgil dags list-import-errors`로 확인하세요"
    ),
    "operations.dag_not_imported": (
        "DAG '{dag_id}'이(가) 없지만, 불러올 수 없는 파일이 있습니다({files}). "
        "그 파일에 있는 DAG라면 `mulgil dags list-import-errors`가 알려 주는 오류를 고치세요"
    ),
    "operations.dag_unknown": (
        "DAG '{dag_id}'이(가) 없습니다. `mulgil dags list`에서 DAG 목록과 불러오지 못한 파일을 볼 수 있습니다"
    ),
    "operations.logical_date_ahead": (
        "논리 날짜 {logical_date}은(는) 아직 오지 않아 DAG '{dag_id}'이(가) 처리할 데이터가 없습니다. "
        "지난 날짜를 주거나, 구간이 끝나면 스케줄이 실행하게 두세요"
    ),
    "operations.logical_date_naive": (
        "논리 날짜 {logical_date}에 시간대가 없습니다. {logical_date}+00:00처럼 시간대를 붙이세요"
    ),
    "operations.map_index_unknown": "이 실행의 태스크 '{task_id}'에는 맵 인덱스 {map_index}이(가) 없습니다",
    "operations.no_complete_interval": (
        "DAG '{dag_id}'에는 아직 끝난 데이터 구간이 없어 실행할 대상이 없습니다. "
        "끝나지 않은 구간을 실행하려면 논리 날짜를 지정하세요"
    ),
    "operations.param_missing": (
        "DAG '{dag_id}'의 매개변수 '{param}'은(는) 기본값이 없는 필수 항목입니다. conf에 값을 넣으세요"
    ),
    "operations.param_type": (
        "DAG '{dag_id}'의 매개변수 '{param}'은(는) {wanted} 유형이어야 하는데 conf의 값은 {value}입니다"
    ),
    "operations.param_unknown": "DAG '{dag_id}'에는 매개변수 '{param}'이(가) 없습니다. 있는 것: {known}",
    "operations.param_unknown_guess": (
        "DAG '{dag_id}'에는 매개변수 '{param}'이(가) 없습니다. '{guess}'을(를) 뜻했나요?"
    ),
    "operations.param_value": (
        "DAG '{dag_id}'의 매개변수 '{param}'에는 {value}을(를) 쓸 수 없습니다. 스키마 조건: {rule}"
    ),
    "operations.pool_invalid": (
        "풀 '{name}'의 슬롯을 {slots}(으)로 정할 수 없습니다. "
        "풀에는 이름이 있어야 하고 슬롯은 0 이상이거나 제한 없음을 뜻하는 -1이어야 합니다"
    ),
    "operations.pool_is_default": (
        "풀 '{name}'은(는) 풀을 지정하지 않은 모든 태스크가 쓰므로 삭제할 수 없습니다. 대신 슬롯 수를 바꾸세요"
    ),
    "operations.pool_misspelt": (
        "풀 '{name}'이(가) 없습니다. '{nearest}'을(를) 찾으셨나요? `mulgil pools list`로 확인하세요"
    ),
    "operations.pool_unknown": "풀 '{name}'이(가) 없습니다. 등록된 풀은 `mulgil pools list`로 볼 수 있습니다",
    "operations.run_exists": (
        "DAG '{dag_id}'에 실행 '{run_id}'이(가) 이미 있습니다. "
        "다른 실행 ID를 쓰거나, 다시 실행하려면 그 실행을 초기화(clear)하세요"
    ),
    "operations.run_finished": ("DAG '{dag_id}'의 실행 '{run_id}'은(는) 이미 끝났으므로({state}) 취소할 것이 없습니다"),
    "operations.run_id_invalid": (
        "'{run_id}'은(는) 실행 ID로 쓸 수 없습니다. 영문자, 숫자, _ . ~ : + - 로 된 1~200자여야 합니다"
        "(실행 로그 폴더의 이름이 됩니다)"
    ),
    "operations.run_id_reserved": (
        "'{run_id}'은(는) 수동 실행의 ID로 쓸 수 없습니다. {prefix}(으)로 시작하는 ID는 스케줄러가 붙입니다"
    ),
    "operations.run_misspelt": (
        "DAG '{dag_id}'에 실행 '{run_id}'이(가) 없습니다. '{nearest}'을(를) 찾으셨나요? "
        "`mulgil runs list {dag_id}`로 확인하세요"
    ),
    "operations.run_unknown": (
        "DAG '{dag_id}'에 실행 '{run_id}'이(가) 없습니다. 실행 목록은 `mulgil runs list {dag_id}`로 볼 수 있습니다"
    ),
    "operations.state_not_markable": (
        "태스크는 success나 failed로만 지정할 수 있습니다. {state}(으)로는 지정할 수 없습니다"
    ),
    "operations.task_misspelt": "이 실행에 태스크 '{task_id}'이(가) 없습니다. '{nearest}'을(를) 찾으셨나요?",
    "operations.task_unknown": (
        "이 실행에 태스크 '{task_id}'이(가) 없습니다. 태스크 목록은 `mulgil runs show`로 볼 수 있습니다"
    ),
    "operations.variable_invalid": "변수에는 키가 필요합니다(입력한 키: '{key}')",
    "operations.variable_misspelt": (
        "변수 '{key}'이(가) 없습니다. '{nearest}'을(를) 찾으셨나요? `mulgil variables list`로 확인하세요"
    ),
    "operations.variable_unknown": (
        "변수 '{key}'이(가) 없습니다. 등록된 변수는 `mulgil variables list`로 볼 수 있습니다"
    ),
}
