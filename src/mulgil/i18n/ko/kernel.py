"""한국어: 스케줄링 커널이 입력을 거절할 때."""

MESSAGES: dict[str, str] = {
    "kernel.cannot_mark": "태스크 인스턴스는 success나 failed로만 표시할 수 있습니다. {state}(으)로는 안 됩니다.",
    "kernel.impossible_transition": (
        "{what}은(는) {state} 상태에서 `{cause}`(으)로 넘어갈 수 없습니다. mulgil의 오류이니 알려 주세요."
    ),
    "kernel.task_instance_missing": (
        "DAG `{dag_id}`의 실행 `{run_id}`에 DAG 버전에 있는 `{task}`의 태스크 인스턴스가 빠져 있습니다. "
        "`mulgil db check`로 데이터베이스를 점검하세요."
    ),
    "kernel.task_instance_unexpected": (
        "DAG `{dag_id}`의 실행 `{run_id}`에 DAG 버전에 없는 `{task}`의 태스크 인스턴스가 있습니다. "
        "`mulgil db check`로 데이터베이스를 점검하세요."
    ),
    "kernel.unknown_task_instance": (
        "DAG `{dag_id}`의 실행 `{run_id}`에 맵 인덱스 {map_index}인 태스크 인스턴스 `{task}`이(가) 없습니다"
        "(-1은 매핑되지 않은 태스크). `mulgil tasks state`로 있는 것을 볼 수 있습니다."
    ),
}
