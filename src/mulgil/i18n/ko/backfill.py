"""한국어: 백필이 구간마다 하는 일과 명령줄의 문구."""

MESSAGES: dict[str, str] = {
    "backfill.done_already": "이미 성공했습니다",
    "backfill.failed_left": "실패했지만 없는 실행만 만들기로 했습니다. 다시 실행하려면 `--rerun failed`를 쓰세요",
    "backfill.joined": "실행 `{run_id}`이(가) 진행 중이라 끝나기를 기다립니다",
    "backfill.joined_backfill": "실행 `{run_id}`이(가) 백필 {backfill_id}에서 진행 중이라 끝나기를 기다립니다",
    "backfill.run_failed": "백필을 요청한 뒤에 실행 `{run_id}`이(가) 실패했습니다",
    "backfill.skipped_by_plan": "계획할 때 할 일이 없던 구간입니다",
    "backfill.upstream_missing": (
        "태스크 `{task}`에 필요한 `{upstream}`이(가) 이 구간에서 실행된 적이 없습니다. `--upstream`을 더하세요"
    ),
}
