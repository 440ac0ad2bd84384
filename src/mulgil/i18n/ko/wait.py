"""한국어: 태스크 인스턴스나 실행이 기다리는 것."""

MESSAGES: dict[str, str] = {
    "wait.dag_paused": "DAG `{dag_id}`이(가) 일시 중지되어 있습니다. `mulgil dags unpause {dag_id}`로 재개하세요",
    "wait.max_active_runs": "이 DAG의 실행 {active}개가 진행 중입니다(`max_active_runs`: {limit})",
    "wait.max_active_tasks": "이 실행에서 동시에 진행할 수 있는 태스크가 다 찼습니다(`max_active_tasks`: {limit})",
    "wait.no_scheduler": "돌고 있는 스케줄러가 없어 아무것도 시작되지 않습니다. `mulgil up`으로 시작하세요",
    "wait.parallelism": "스케줄러가 동시에 실행할 수 있는 태스크가 다 찼습니다(`parallelism`: {limit})",
    "wait.pool_full": "풀 `{pool}`이(가) 가득 찼습니다. 슬롯 {slots}개 중 {used}개를 쓰고 있습니다",
    "wait.pool_too_small": (
        "태스크에 풀 `{pool}`의 슬롯 {needed}개가 필요한데 풀에는 {slots}개뿐입니다. "
        "풀을 늘리거나 태스크의 `pool_slots`를 줄이세요"
    ),
    "wait.pool_unknown": "풀 `{pool}`이(가) 없습니다. `mulgil pools set {pool} SLOTS`로 만드세요",
    "wait.retry_delay": "다음 시도는 {at}에 시작합니다",
    "wait.run_queued": "실행이 아직 시작되지 않았습니다",
    "wait.turn": "걸리는 것이 없습니다. 다음에 비는 슬롯에서 차례가 옵니다",
    "wait.worker": (
        "{since}에 워커에 맡겼지만 아직 시작되지 않았습니다. 워커가 DAG 파일을 불러오는 중이거나 슬롯이 모두 찼습니다"
    ),
    "wait.upstream": "상위 태스크 인스턴스 {total}개 중 {done}개가 끝났습니다(트리거 규칙 `{rule}`)",
}
