"""Korean texts of the testing kit."""

MESSAGES: dict[str, str] = {
    "testing.died": "스크립트가 태스크 프로세스를 죽게 했습니다",
    "testing.failed": "스크립트가 태스크를 실패하게 했습니다: {message}",
    "testing.lost": "스크립트가 태스크를 맡은 워커를 죽게 했습니다",
    "testing.no_runs": "재생할 실행이 없습니다. `runs`는 1 이상이거나 날짜 목록이어야 합니다",
    "testing.no_such_run": "스크립트에 태스크 '{task_id}'의 실행 {run}번이 있지만 마지막 실행은 {last}번입니다",
}
