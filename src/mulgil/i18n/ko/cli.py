"""명령줄이 하는 말."""

MESSAGES = {
    "cli.bad_conf": "--conf가 JSON이 아닙니다: {why}.\n--conf '{{\"limit\": 10}}'처럼 객체를 주세요.",
    "cli.bad_conf_type": "--conf가 JSON {found}입니다. 실행의 conf는 객체여야 합니다: --conf '{{\"이름\": 값}}'.",
    "cli.bad_date": "'{value}'은(는) 날짜가 아닙니다. 2013-01-05 또는 2013-01-05T06:00+09:00처럼 적어 주세요.",
    "cli.bad_extra": "--extra가 JSON 객체가 아닙니다: {why}.\n--extra '{{\"timeout\": 10}}'처럼 적어 주세요.",
    "cli.child_died": "{name} 프로세스가 끝났습니다({how}). {delay}초 뒤에 다시 시작합니다. 잃은 것은 없습니다.",
    "cli.child_never_ready": (
        "{name}을(를) 시작할 수 없어 mulgil을 멈췄습니다. 로그({log})의 끝부분:\n{tail}\n"
        "원인을 고친 뒤 `mulgil up`을 다시 실행하세요."
    ),
    "cli.command_waits": (
        "아직 어떤 스케줄러도 명령을 받지 않았습니다. 명령은 저장되었고 스케줄러가 돌면 적용됩니다.\n"
        "`mulgil up`으로 시작하세요."
    ),
    "cli.conn_type_misspelt": (
        "유형이 '{type}'인 연결을 다루는 커넥터가 없습니다. '{nearest}'을(를) 뜻했나요? (있는 유형: {known}) "
        "load, transform, 검사에서는 '{connection_id}'을(를) 쓸 수 없고, 태스크의 자체 코드에서는 쓸 수 있습니다."
    ),
    "cli.conn_type_unknown": (
        "유형이 '{type}'인 연결을 다루는 커넥터가 없습니다(있는 유형: {known}). "
        "load, transform, 검사에서는 '{connection_id}'을(를) 쓸 수 없고, 태스크의 자체 코드에서는 쓸 수 있습니다."
    ),
    "cli.db_backed_up": "데이터베이스를 {file}에 백업했습니다.",
    "cli.db_current": "데이터베이스의 스키마 버전은 {version}이며, 이 프로그램이 아는 가장 새 버전입니다.",
    "cli.db_upgraded": "데이터베이스 스키마를 버전 {old}에서 {new}(으)로 올렸습니다.",
    "cli.deleted": "{name}을(를) 지웠습니다.",
    "cli.did_you_mean": "혹시 '{name}'인가요?",
    "cli.done": "완료.",
    "cli.error": "오류:",
    "cli.help": "mulgil(물길): 적재가 멱등이고, 전부 아니면 전무이며, 검사되고, 스스로 기록되는 데이터 파이프라인.",
    "cli.help_conf": "실행의 매개변수(JSON 객체).",
    "cli.help_conn_extra": "커넥터의 추가 설정(JSON 객체). 암호화하여 저장합니다.",
    "cli.help_conn_host": "호스트 이름, URL 또는 파일(상대 경로는 홈에서 시작).",
    "cli.help_conn_password": "비밀번호. 암호화하여 저장합니다. 인자는 `ps`에 보이므로 --password-stdin을 권합니다.",
    "cli.help_conn_password_stdin": "표준 입력의 첫 줄에서 비밀번호를 읽습니다.",
    "cli.help_conn_login": "사용자 이름.",
    "cli.help_conn_port": "포트(커넥터가 스스로 알지 못할 때).",
    "cli.help_conn_schema": "데이터베이스나 스키마. http에서는 스킴.",
    "cli.help_conn_type": "커넥터. 예: duckdb, sqlite, http.",
    "cli.help_connections": "외부 시스템으로 가는 연결.",
    "cli.help_connections_delete": "연결을 지웁니다.",
    "cli.help_connections_list": "연결 목록을 비밀을 가리고 보여 줍니다.",
    "cli.help_connections_set": "연결을 만들거나 바꿉니다.",
    "cli.help_dag_processor": "DAG 프로세서만 실행합니다(`mulgil up`이 대신 해 줍니다).",
    "cli.help_dags": "DAG: 목록, 보기, 실행, 멈춤.",
    "cli.help_dags_list": "모든 DAG와 불러올 수 없는 파일을 보여 줍니다.",
    "cli.help_dags_list_import_errors": "불러올 수 없는 파일을 보여 줍니다. 하나라도 있으면 종료 코드는 1입니다.",
    "cli.help_dags_pause": "DAG의 스케줄과 태스크 시작을 멈춥니다.",
    "cli.help_dags_show": "DAG의 스케줄, 버전, 격리 방식, 태스크를 보여 줍니다.",
    "cli.help_dags_test": "DAG 폴더의 DAG를 이 프로세스에서 실행합니다(날짜의 구간, 날짜가 없으면 끝난 최근 구간).",
    "cli.help_dags_trigger": "수동 실행을 만듭니다. 날짜가 없으면 가장 최근에 끝난 데이터 구간을 씁니다.",
    "cli.help_dags_unpause": "DAG가 다시 스케줄되게 합니다.",
    "cli.help_db": "메타데이터 데이터베이스.",
    "cli.help_db_check": "데이터베이스가 이 프로그램과 맞는지 확인합니다.",
    "cli.help_db_upgrade": "데이터베이스를 만들거나, 백업한 뒤 스키마를 올립니다.",
    "cli.help_description": "무엇에 쓰는지.",
    "cli.help_doctor": (
        "설치, 홈, 시계, 연결, DAG 파일을 점검하고 해결 방법을 알려 줍니다. 실패가 있으면 종료 코드는 1입니다."
    ),
    "cli.help_downstream": "지정한 태스크의 모든 하위 태스크도 함께.",
    "cli.help_follow": "시도가 끝날 때까지 더해지는 내용을 이어서 출력합니다.",
    "cli.help_force": "같은 이름의 파일을 덮어씁니다.",
    "cli.help_home": "설치 폴더 [기본값: $MULGIL_HOME 또는 ~/mulgil].",
    "cli.help_init": "그대로 돌아가는 작은 파이프라인을 DIR에 쓰고 [기본값: 이 폴더] DIR을 홈으로 만듭니다.",
    "cli.help_limit": "최대 개수.",
    "cli.help_logical_date": "실행의 데이터 구간 시작. 오프셋이 없으면 DAG의 시간대입니다.",
    "cli.help_map_index": "매핑된 태스크의 몇 번째 인스턴스인지.",
    "cli.help_note": "실행과 함께 보여 줄 메모.",
    "cli.help_only_failed": "실패했거나 상위 태스크가 실패한 태스크 인스턴스만.",
    "cli.help_output": "결과를 보여 주는 방식.",
    "cli.help_pools": "풀: 모든 DAG의 태스크가 나눠 쓰는 슬롯.",
    "cli.help_pools_delete": "풀을 지웁니다.",
    "cli.help_pools_list": "풀 목록을 보여 줍니다.",
    "cli.help_pools_set": "풀을 만들거나 바꿉니다. 슬롯 -1은 제한 없음.",
    "cli.help_run_id": "실행의 id [기본값: manual__<논리 날짜>].",
    "cli.help_run_state": "이 상태의 실행만.",
    "cli.help_prove": (
        "임시 타깃에서 파이프라인을 두 번, 다른 순서로, 하루 뒤에 실행하고 곳곳에서 죽여 테이블이 같은지 확인합니다."
    ),
    "cli.help_run": "서버 없이 이 프로세스에서 DAG 파일을 실행합니다. 데이터 구간 하나 또는 범위.",
    "cli.help_run_dag_id": "파일에 DAG가 여러 개일 때 실행할 DAG",
    "cli.help_runs": "DAG 실행: 목록, 보기, 취소. RUN_ID 자리에 `latest`(최신 데이터 구간의 실행)를 쓸 수 있습니다.",
    "cli.help_runs_cancel": "실행을 끝냅니다. 도는 것은 끝내고 더 시작하지 않습니다.",
    "cli.help_runs_list": "실행을 최근 데이터 구간부터 보여 줍니다.",
    "cli.help_runs_show": "실행과 그 태스크 인스턴스, 커밋한 내용을 보여 줍니다.",
    "cli.help_scheduler": "스케줄러만 실행합니다(`mulgil up`이 대신 해 줍니다).",
    "cli.help_tasks": (
        "태스크 인스턴스: 상태, 로그, 초기화, 표시. RUN_ID 자리에 `latest`(최신 데이터 구간의 실행)를 쓸 수 있습니다."
    ),
    "cli.help_tasks_clear": (
        "실행의 태스크 인스턴스를 새로 돌립니다(이름이 없으면 전부). RUN_ID `latest`는 만들어진 때와 관계없이 "
        "데이터 구간이 가장 최신인 실행입니다."
    ),
    "cli.help_tasks_logs": "한 시도의 로그를 출력합니다.",
    "cli.help_tasks_mark": "태스크 인스턴스를 돌리지 않고 성공이나 실패로 표시합니다.",
    "cli.help_tasks_state": "실행의 태스크 인스턴스가 어떤 상태이고 왜 그런지 보여 줍니다.",
    "cli.help_try": "몇 번째 시도인지 [기본값: 가장 최근].",
    "cli.help_up": "이 컴퓨터에서 모두 시작하고 Ctrl-C까지 머뭅니다.",
    "cli.help_upstream": "지정한 태스크의 모든 상위 태스크도 함께.",
    "cli.help_variables": "변수: DAG가 쓰는 이름 붙은 값.",
    "cli.help_variables_delete": "변수를 지웁니다.",
    "cli.help_variables_get": "변수의 값을 출력합니다.",
    "cli.help_variables_list": "변수 목록을 값 없이 보여 줍니다.",
    "cli.help_variables_set": "변수를 만들거나 바꿉니다.",
    "cli.help_version": "mulgil과 그것이 도는 환경의 버전을 보여 줍니다.",
    "cli.help_worker": "워커 데몬만 실행합니다(`mulgil up`이 대신 해 줍니다).",
    "cli.home_in_use": (
        "{home}에서 이미 스케줄러가 돌고 있습니다. "
        "프로세스 {pid}(`mulgil up` 또는 `mulgil scheduler`)가 홈을 잠갔습니다.\n"
        "그것을 쓰거나, 끝내거나(Ctrl-C 또는 kill {pid}), 다른 홈을 고르세요: mulgil --home DIR …"
    ),
    "cli.init_done": "{folder}에 파일 {count}개짜리 파이프라인을 썼습니다. 자세한 내용은 README.md에 있습니다.",
    "cli.init_next": (
        "다음:\n{cd}  mulgil --home . run dags/shop.py --date {day}    (서버 없이 지금 하루치)\n"
        "  mulgil --home . up                                    (스케줄대로 날마다)"
    ),
    "cli.map_index_needed": "태스크 '{task}'은(는) 매핑된 태스크입니다. --map-index로 0부터 {last}까지 중 고르세요.",
    "cli.never_tried": "태스크 '{task}'에는 로그가 없습니다. 상태가 {state}이고 한 번도 시도되지 않았습니다.",
    "cli.no": "아니요",
    "cli.no_connections": "연결이 없습니다. 만들기: mulgil connections set ID --type TYPE --host HOST",
    "cli.no_dags": "DAG가 없습니다. DAG를 정의하는 Python 파일을 {folder}에 넣으세요.",
    "cli.no_home": (
        "{home}에는 mulgil이 없습니다.\n`mulgil up`으로 시작하거나 --home 또는 MULGIL_HOME으로 다른 홈을 지정하세요."
    ),
    "cli.no_import_errors": "모든 DAG 파일을 불러올 수 있습니다.",
    "cli.no_latest_run": "DAG '{dag_id}'에는 아직 실행이 없습니다. 만들기: mulgil dags trigger {dag_id}",
    "cli.no_runs": "실행이 없습니다.",
    "cli.no_such_command": "'{name}'이라는 명령은 없습니다. {hint}",
    "cli.no_such_map_index": "태스크 '{task}'에는 맵 인덱스 {map_index}이(가) 없습니다. 마지막은 {last}입니다.",
    "cli.no_such_task": "실행 '{run_id}'에는 태스크 '{task}'이(가) 없습니다. 있는 태스크: {known}.",
    "cli.no_such_try": "태스크 '{task}'에는 {number}번째 시도가 없습니다. 있는 시도: {known}.",
    "cli.no_such_variable": "'{key}' 변수가 없습니다. `mulgil variables list`를 보세요.",
    "cli.no_variables": "변수가 없습니다. 만들기: mulgil variables set KEY VALUE",
    "cli.not_mapped": "태스크 '{task}'은(는) 매핑된 태스크가 아닙니다. --map-index를 빼세요.",
    "cli.nothing": "보여 줄 것이 없습니다.",
    "cli.project_exists": (
        "{folder}에 같은 이름의 파일이 이미 있습니다: {files}.\n다른 폴더를 고르거나 --force로 덮어쓰세요."
    ),
    "cli.saved": "{name}을(를) 저장했습니다.",
    "cli.up_first_steps": (
        "새 홈입니다. DAG 파일을 {dags}에 넣은 뒤:\n"
        "  mulgil dags list\n  mulgil dags trigger DAG_ID\n  mulgil runs list"
    ),
    "cli.up_ready": "mulgil이 켜졌습니다({seconds}초). Ctrl-C로 멈춥니다.",
    "cli.up_starting": "{home}에서 mulgil을 시작합니다 …",
    "cli.up_stopped": "멈췄습니다.",
    "cli.up_stopping": "멈추는 중입니다. 돌던 태스크는 끝내고 다음에 다시 시작합니다. 즉시 끝내려면 Ctrl-C를 한 번 더.",
    "cli.up_where": "DAG: {dags}   로그: {logs}",
    "cli.warning": "경고:",
    "cli.yes": "예",
}
