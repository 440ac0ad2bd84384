"""한국어: 태스크 인스턴스나 실행이 그 상태가 된 까닭."""

MESSAGES: dict[str, str] = {
    "reason.attempt_cancelled": "프로세스가 밖에서 중단되었습니다. 시도 횟수는 줄지 않습니다",
    "reason.backfill": "백필 {backfill_id}에서 실행합니다",
    "reason.branch_chose": "{chosen} 선택",
    "reason.branch_not_chosen": "분기 `{task}`에서 선택되지 않았습니다",
    "reason.branch_unknown": (
        "분기가 고른 `{chosen}`이(가) DAG에 없습니다. 이 DAG의 태스크나 태스크 그룹 ID를 반환하세요"
    ),
    "reason.cancelled": "{by}이(가) 취소했습니다",
    "reason.cleared": "{by}이(가) 초기화했습니다",
    "reason.lost_too_often": (
        "mulgil의 프로세스와 함께 {times}번 유실되어(한도 {limit}번) 이 시도를 실패로 셉니다. "
        "태스크가 컴퓨터의 메모리를 다 쓰지 않는지 살펴보세요"
    ),
    "reason.mapped_over_nothing": "빈 목록에 매핑되어 실행할 것이 없습니다",
    "reason.marked": "{by}이(가) {state}(으)로 표시했습니다",
    "reason.not_selected": "백필 {backfill_id}에서 고르지 않은 태스크라 건너뛰었습니다",
    "reason.retry": "{max_tries}번 중 {try_number}번째 시도가 실패했습니다. {seconds}초 뒤에 다시 시도합니다",
    "reason.run_timed_out": "실행이 `dagrun_timeout`보다 오래 걸렸습니다",
    "reason.skipped_itself": "태스크가 스스로 건너뛰었습니다",
    "reason.task_failed": "태스크 `{task}` 실패",
    "reason.trigger_rule_unmet": (
        "트리거 규칙 `{rule}`을(를) 만족할 수 없습니다. 상위 태스크: 성공 {success}, 실패 {failed}, 건너뜀 {skipped}"
    ),
    "reason.upstream_failed": "상위 태스크 `{task}` 실패",
    "reason.upstream_skipped": "상위 태스크 `{task}`을(를) 건너뛰었습니다(트리거 규칙 `{rule}`)",
}
