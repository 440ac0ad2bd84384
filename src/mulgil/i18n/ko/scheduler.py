"""스케줄러의 한국어 문구."""

MESSAGES = {
    "scheduler.attempt_superseded": (
        "이 시도를 기다리는 곳이 없습니다. 태스크가 초기화되었거나 취소되었거나 상태가 직접 지정되었습니다"
    ),
    "scheduler.attempt_vanished": "워커에 이 시도의 기록이 남아 있지 않아 다시 시작합니다",
    "scheduler.daemon_died": "이 시도를 실행하던 워커 데몬 {daemon_id}이(가) 종료되어 다시 시작합니다",
    "scheduler.daemon_leaves": (
        "이 시도가 전달되기 전에 워커 데몬 {daemon_id}이(가) 종료를 준비하고 있어, 다른 데몬에서 시작합니다"
    ),
    "scheduler.daemon_vanished": "워커 데몬 {daemon_id}이(가) 저널과 함께 사라져 이 시도를 다시 시작합니다",
    "scheduler.executor_not_configured": (
        "태스크가 요청한 실행기 {wanted}이(가) 없습니다. 이 설치에서는 {configured}을(를) 사용합니다. 태스크의 "
        "executor=를 지우거나 [core]의 executor를 바꾸고 다시 시작하세요"
    ),
    "scheduler.gateway_not_opened": (
        "스케줄러가 {path}에서 워커의 연결을 받을 수 없습니다: {why}. 폴더가 있고 쓸 수 있는지 확인하세요"
    ),
    "scheduler.version_missing": (
        "DAG 버전 {version_id}이(가) 메타데이터 데이터베이스에 없어 실행을 이어갈 수 없습니다. "
        "데이터베이스를 복원하거나 새로 실행하세요"
    ),
}
