"""한국어: 백필이 구간마다 하는 일과 명령줄의 문구."""

MESSAGES: dict[str, str] = {
    "backfill.bar": "백필 {backfill_id}",
    "backfill.confirm": "시작할까요?",
    "backfill.does_create": "새로 실행",
    "backfill.does_join": "기다림",
    "backfill.does_rerun": "다시 실행",
    "backfill.does_skip": "건너뜀",
    "backfill.done_already": "이미 성공했습니다",
    "backfill.ended": (
        "백필 {backfill_id}: {time} 만에 {state}. 성공 {succeeded}, 실패 {failed}, 건너뜀 {skipped}, 취소 {cancelled}."
    ),
    "backfill.failed_left": "실패했지만 없는 실행만 만들기로 했습니다. 다시 실행하려면 `--rerun failed`를 쓰세요",
    "backfill.goes_on": (
        "백필 {backfill_id}은(는) 계속 진행됩니다. `mulgil backfill show {backfill_id} --follow`로 다시 보고, "
        "`mulgil backfill cancel {backfill_id}`로 끝낼 수 있습니다."
    ),
    "backfill.help": (
        "지난 데이터 구간을 범위로 지정해 한 번씩 실행합니다.\n\n`mulgil backfill DAG_ID --from DATE --to "
        "DATE`는 `mulgil backfill create DAG_ID …`를 줄인 것입니다."
    ),
    "backfill.help_cancel": "백필을 끝냅니다. 기다리던 구간은 실행하지 않고, 진행 중인 실행은 중단합니다.",
    "backfill.help_create": "범위의 데이터 구간마다 무엇을 실행할지 보여 준 뒤 실행하고 진행 상황을 보여 줍니다.",
    "backfill.help_detach": "시작하면 바로 돌아옵니다.",
    "backfill.help_downstream": "--task와 함께: 그 하위 태스크도 실행합니다.",
    "backfill.help_dry_run": "무엇을 실행할지 보여 주기만 합니다.",
    "backfill.help_follow": "끝날 때까지 진행 상황을 보여 줍니다.",
    "backfill.help_from": "이 날짜나 시각 이후에 시작하는 첫 구간부터 실행합니다(오프셋이 없으면 DAG의 시간대).",
    "backfill.help_list": "백필을 최근 것부터 나열합니다.",
    "backfill.help_list_intervals": "구간마다 한 줄씩 보여 줍니다.",
    "backfill.help_max_active": "한 번에 진행할 구간 수. DAG의 max_active_runs도 함께 지킵니다.",
    "backfill.help_pause": "구간을 더 시작하지 않습니다. 진행 중인 실행은 끝까지 갑니다.",
    "backfill.help_rerun": "이미 실행이 있는 구간 가운데 다시 실행할 것: 없음(`missing`), 실패한 구간, 또는 모두.",
    "backfill.help_resume": "멈춘 백필을 이어 갑니다.",
    "backfill.help_reverse": "마지막 구간부터 실행합니다.",
    "backfill.help_show": "백필의 진행 상황, 실행 중인 구간, 실패한 구간과 까닭을 보여 줍니다.",
    "backfill.help_task": "이 태스크만 실행합니다. 여러 번 줄 수 있습니다.",
    "backfill.help_to": "이 날짜나 시각까지 시작하는 구간을 실행합니다. 날짜는 그날 전체를 뜻합니다.",
    "backfill.help_upstream": "--task와 함께: 그 상위 태스크도 실행합니다.",
    "backfill.help_yes": "묻지 않고 시작합니다.",
    "backfill.in_order": "오래된 구간부터",
    "backfill.in_reverse": "최근 구간부터",
    "backfill.joined": "실행 `{run_id}`이(가) 진행 중이라 끝나기를 기다립니다",
    "backfill.joined_backfill": "실행 `{run_id}`이(가) 백필 {backfill_id}에서 진행 중이라 끝나기를 기다립니다",
    "backfill.n_failed": "실패 {count}",
    "backfill.n_running": "실행 중 {count}",
    "backfill.n_skipped": "건너뜀 {count}",
    "backfill.needs_yes": "물어볼 사람이 없습니다. `--dry-run`으로 확인한 뒤 --yes를 더해 시작하세요",
    "backfill.none": (
        "백필이 없습니다. `mulgil backfill DAG_ID --from DATE --to DATE`로 무엇을 실행할지 볼 수 있습니다."
    ),
    "backfill.not_started": "아무것도 시작하지 않았습니다.",
    "backfill.plan": "{dag_id} 백필: 구간 {count}개({zone}), {order}, 한 번에 최대 {max_active}개",
    "backfill.plan_cleared": "태스크 인스턴스 {count}개를 다시 실행합니다",
    "backfill.plan_empty": "할 일이 없습니다.",
    "backfill.plan_limited": "한 번에 최대 {limit}개가 실행됩니다. DAG '{dag_id}'의 max_active_runs입니다.",
    "backfill.plan_paused": (
        "DAG '{dag_id}'이(가) 멈춰 있습니다. `mulgil dags unpause {dag_id}`를 하기 전에는 아무것도 시작되지 않습니다."
    ),
    "backfill.plan_such_as": "예: {reason}",
    "backfill.plan_tasks": "이 태스크만: {tasks}",
    "backfill.plan_unfinished": "범위의 구간 {count}개는 아직 끝나지 않았습니다. 끝나면 스케줄에 따라 실행됩니다.",
    "backfill.run_failed": "백필을 요청한 뒤에 실행 `{run_id}`이(가) 실패했습니다",
    "backfill.run_failed_again": (
        "실패한 태스크는 `mulgil tasks state {dag_id} RUN_ID`로 볼 수 있습니다. 같은 백필을 다시 하면 실패한 "
        "것만 실행합니다."
    ),
    "backfill.skipped_by_plan": "계획할 때 할 일이 없던 구간입니다",
    "backfill.started": "백필 {backfill_id}을(를) 시작했습니다. Ctrl-C를 눌러도 계속 진행됩니다.",
    "backfill.time_left": "약 {time} 남음",
    "backfill.upstream_missing": (
        "태스크 `{task}`에 필요한 `{upstream}`이(가) 이 구간에서 실행된 적이 없습니다. `--upstream`을 더하세요"
    ),
}
