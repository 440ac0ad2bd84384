"""메타데이터 저장소의 한국어 문구."""

MESSAGES = {
    "store.backing_up": "{path}을(를) {backup}(으)로 백업하는 중 …",
    "store.busy": (
        "데이터베이스 {path}이(가) 사용 중입니다. 다른 프로세스가 쓰기 잠금을 너무 오래 쥐고 있습니다. 다시 시도하고, "
        "계속되면 멈춘 프로세스나 데이터베이스 도구에서 열어 둔 트랜잭션을 찾아보세요({why})"
    ),
    "store.cannot_create": "데이터베이스 {path}을(를) 만들 수 없습니다: {why}",
    "store.cannot_open": (
        "데이터베이스 {path}을(를) 열 수 없습니다: {why}. 폴더가 있는지, 현재 사용자의 소유인지 확인하세요"
    ),
    "store.check_damage": "{path}이(가) 손상되었습니다: {what}",
    "store.check_dangling": "테이블 {table}에 테이블 {parent}의 없는 행을 가리키는 행이 있습니다",
    "store.closed": "메타데이터 저장소가 이미 닫혔습니다",
    "store.command_not_pending": "명령 {command_id}이(가) 없거나 이미 처리되었습니다. 아무것도 기록하지 않았습니다",
    "store.creating": "{path}을(를) 만드는 중(스키마 버전 {version}) …",
    "store.dag_id_taken": (
        "{file}의 dag '{dag_id}'은(는) {other_file}(번들 {other_bundle})에 이미 정의되어 있습니다. "
        "한쪽의 dag_id를 바꾸거나, dag를 옮긴 것이라면 이전 파일을 지우세요"
    ),
    "store.dag_id_twice": "{file}에 dag '{dag_id}'이(가) 두 번 정의되어 있습니다. dag마다 다른 dag_id를 쓰세요",
    "store.dag_missing": "dag '{dag_id}'이(가) 데이터베이스에 없습니다. 아무것도 기록하지 않았습니다",
    "store.damaged": (
        "데이터베이스 {path}이(가) 손상되었습니다({why}). mulgil을 멈추고 `mulgil db check`를 실행한 뒤, "
        "손상이 확인되면 백업을 복원하세요"
    ),
    "store.database_unsupported": (
        "이 버전은 {kind}을(를) 메타데이터 데이터베이스로 쓸 수 없습니다. "
        "파일 경로나 sqlite:////path/mulgil.db 같은 URL을 지정하세요"
    ),
    "store.default_pool_stays": (
        "{pool}은(는) 지울 수 없습니다. 풀을 지정하지 않은 태스크가 사용합니다. 대신 슬롯 수를 바꾸세요"
    ),
    "store.disk_full": "디스크가 가득 차서 {path}에 아무것도 기록하지 못했습니다({why}). 공간을 확보하세요",
    "store.doorbell_failed": (
        "스케줄러 소켓 {path}을(를) 사용할 수 없습니다: {why}. 폴더를 확인하거나 "
        "XDG_RUNTIME_DIR로 더 짧은 런타임 폴더를 지정하세요"
    ),
    "store.interval_taken": (
        "dag '{dag_id}'에는 {start}부터 {end}까지의 구간에 대한 실행 {other_run_id}이(가) 이미 있습니다. "
        "{run_id}은(는) 만들지 않았습니다"
    ),
    "store.io_error": "데이터베이스 {path}을(를) 읽거나 쓸 수 없습니다: {why}. 디스크를 확인하세요",
    "store.lease_lost": (
        "다른 스케줄러가 이어받았습니다(에포크 {newest}, 이 스케줄러는 {epoch}). "
        "아무것도 기록하지 않았으며 이 스케줄러는 멈춥니다"
    ),
    "store.migrating": "{path}을(를) 스키마 버전 {version}에서 {target}(으)로 업그레이드하는 중 …",
    "store.migration_dangling": (
        "{path}을(를) 업그레이드하지 않았습니다. 테이블 {table}이(가) 없는 행을 가리키게 됩니다. "
        "데이터베이스는 그대로이니 `mulgil db check`의 출력과 함께 알려 주세요"
    ),
    "store.network_file_system": (
        "{path}은(는) 데이터베이스를 안전하게 둘 수 없는 네트워크 파일 시스템({file_system})에 있습니다. "
        "--home이나 MULGIL_HOME으로 로컬 디스크의 홈을 지정하세요"
    ),
    "store.not_a_database": (
        "{path}은(는) mulgil 데이터베이스가 아닙니다({why}). 그 파일을 옮기거나 다른 홈을 지정하세요"
    ),
    "store.not_ours": "{path}은(는) 다른 프로그램의 데이터베이스입니다. 그 파일을 옮기거나 다른 홈을 지정하세요",
    "store.not_unique": "같은 식별자를 가진 행이 이미 있습니다({why}). 아무것도 기록하지 않았습니다",
    "store.read_only": ("데이터베이스 {path}은(는) 읽기 전용입니다: {why}. 파일과 폴더의 권한을 확인하세요"),
    "store.run_exists": "dag '{dag_id}'에 실행 {run_id}이(가) 이미 있습니다. 아무것도 기록하지 않았습니다",
    "store.run_missing": "dag '{dag_id}'의 실행 {run_id}이(가) 데이터베이스에 없습니다. 아무것도 기록하지 않았습니다",
    "store.run_of_row_missing": "데이터베이스에 없는 실행이나 백필에 속한 행이 있습니다. 아무것도 기록하지 않았습니다",
    "store.run_uid_taken": (
        "dag '{dag_id}'의 실행 {run_id}에 붙은 uid {run_uid}은(는) 이미 쓰이고 있습니다. 아무것도 기록하지 않았습니다"
    ),
    "store.schema_missing": (
        "{path}에 아직 데이터베이스가 없습니다. `mulgil db upgrade`나 `mulgil up`을 실행해 만드세요"
    ),
    "store.schema_newer": (
        "{path}의 스키마 버전 {version}이(가) 이 프로그램의 버전 {known}보다 새것입니다. "
        "데이터베이스를 만든 mulgil이나 그 이후 버전을 설치하세요"
    ),
    "store.schema_older": (
        "{path}의 스키마 버전은 {version}인데 이 프로그램에는 {known}이(가) 필요합니다. "
        "mulgil을 멈추고 `mulgil db upgrade`를 실행하세요. 먼저 백업을 만듭니다"
    ),
    "store.statement_failed": "데이터베이스 {path}이(가) 명령문을 거부했습니다: {why}. 아무것도 기록하지 않았습니다",
    "store.used_after_fork": (
        "이 저장소는 프로세스 {owner}의 것이므로 자식 프로세스 {pid}에서 쓸 수 없습니다. 새로 여세요"
    ),
}
