"""Korean texts of runs without a server."""

MESSAGES: dict[str, str] = {
    "inprocess.all_good": "실행 {runs}개 중 {good}개가 성공했습니다 ({seconds}초)",
    "inprocess.bad_conf": "`--conf`에는 '{{\"limit\": 10}}' 같은 JSON 객체를 쓰세요: {why}",
    "inprocess.column_rows": "행",
    "inprocess.column_run": "실행",
    "inprocess.column_state": "상태",
    "inprocess.column_task": "태스크",
    "inprocess.column_tasks": "태스크 수",
    "inprocess.column_took": "걸린 시간",
    "inprocess.column_tries": "시도",
    "inprocess.connection_field": "연결 '{name}'에는 '{field}' 필드가 없습니다. 혹시 {guess}인가요?",
    "inprocess.connection_unreadable": (
        "연결 '{name}'을(를) 읽을 수 없습니다({why}). `duckdb:/tmp/warehouse.duckdb`처럼 `TYPE:HOST`로 쓰거나 "
        "`conn_type`, `host` 등이 든 JSON 객체로 쓰세요"
    ),
    "inprocess.date_and_range": "날짜와 범위를 함께 줄 수 없습니다. `--date`를 쓰거나 `--from`과 `--to`를 쓰세요",
    "inprocess.date_unreadable": "'{value}'은(는) 날짜가 아닙니다. 2013-01-05 또는 2013-01-05T06:00처럼 쓰세요",
    "inprocess.empty_range": "{first}부터 {last}까지 시작하는 DAG '{dag_id}'의 데이터 구간이 없습니다",
    "inprocess.half_a_range": "범위에는 `--from`과 `--to`가 모두 필요합니다",
    "inprocess.help_conf": "실행에 conf로 넘길 JSON 객체",
    "inprocess.help_connection": "홈의 연결 대신 쓸 연결. 예: warehouse=duckdb:/tmp/w.duckdb",
    "inprocess.help_date": "이 날짜에 시작하거나 이 날짜를 포함하는 데이터 구간 (기본값: 가장 최근에 끝난 구간)",
    "inprocess.help_from": "범위의 첫 데이터 구간. --to도 필요합니다",
    "inprocess.help_home": "연결과 변수를 가져올 홈",
    "inprocess.help_pdb": "태스크가 예외를 낸 자리에서 디버거를 엽니다",
    "inprocess.help_task": "이 태스크만 실행합니다 (여러 번 쓸 수 있음)",
    "inprocess.help_to": "범위의 마지막 데이터 구간. 날짜만 쓰면 그날 전체",
    "inprocess.help_variable": "홈의 변수 대신 쓸 변수. 예: bucket=test",
    "inprocess.help_wait": "재시도 대기를 건너뛰지 않고 기다립니다",
    "inprocess.instance_unknown": "실행 '{run_id}'에 태스크 인스턴스 '{task_id}'이(가) 없습니다. 있는 것: {guess}",
    "inprocess.no_complete_interval": (
        "DAG '{dag_id}'에 아직 끝난 데이터 구간이 없거나 날짜 설정 때문에 구간이 없습니다. `--date`로 지정하세요"
    ),
    "inprocess.no_dag": "{file}에 정의된 DAG가 없습니다. `with DAG(...)`를 쓰거나 `@dag` 함수를 호출하세요",
    "inprocess.no_intervals": (
        "DAG '{dag_id}'에는 스케줄이 없어 두 날짜 사이에 데이터 구간이 없습니다. `--date` 하나로 실행하세요"
    ),
    "inprocess.not_all_good": (
        "실행 {runs}개 중 {good}개가 성공했습니다 ({seconds}초). 나머지는 실패했거나 더 나아갈 수 없습니다"
    ),
    "inprocess.pair_unreadable": "'{value}'은(는) NAME=VALUE 형식이 아닙니다",
    "inprocess.run_unknown": "실행 '{run}'이(가) 없습니다. 있는 것: {known}",
    "inprocess.several_dags": "{file}에 DAG가 여러 개 있습니다. `--dag-id`로 {known} 중 하나를 고르세요",
    "inprocess.task_unknown": "DAG '{dag_id}'에 태스크 '{task_id}'이(가) 없습니다. 혹시 {guess}인가요?",
    "inprocess.too_many_runs": "DAG '{dag_id}'의 범위에 데이터 구간이 {limit}개보다 많습니다. 범위를 줄이세요",
    "inprocess.wait_skipped": "{seconds}초 동안 할 일이 없어 기다리지 않고 넘어갑니다 (`--wait`를 주면 기다립니다)",
    "inprocess.waiting": "{seconds}초 기다립니다",
}
