"""`mulgil assets`의 문구."""

MESSAGES: dict[str, str] = {
    "assets.ambiguous": ("{name!r}라는 테이블이 여럿입니다: {found}. 이 가운데 하나를 적으세요."),
    "assets.help": ("DAG가 읽고 쓰는 테이블: 지금 들어 있는 것과 원장의 기록."),
    "assets.help_commits": ("테이블의 커밋을 최신순으로 나열합니다."),
    "assets.help_gc": (
        "죽은 쓰기가 타깃 곁에 남긴 것을 지웁니다. 진행 중인 작업은 건드리지 않습니다. 볼 수 없는 타깃이 "
        "있으면 종료 코드는 1입니다."
    ),
    "assets.help_gc_dry_run": ("지울 것을 나열하기만 합니다."),
    "assets.help_limit": ("나열할 커밋의 수."),
    "assets.help_list": ("DAG가 읽거나 쓰는 모든 테이블을 마지막 커밋, 행, 파티션, 생산자와 함께 나열합니다."),
    "assets.help_reconcile": (
        "이 설치가 아는 커밋을 테이블의 원장과 비교하고 다른 점을 고칩니다. 원장이 옳습니다. NAMES가 없으면 "
        "모든 테이블이 대상입니다. 읽을 수 없는 원장이 있으면 종료 코드는 1입니다."
    ),
    "assets.help_reconcile_dry_run": ("다른 점을 말하기만 합니다."),
    "assets.help_show": (
        "테이블의 컬럼, 파티션, 쓰는 태스크와 읽는 태스크, 마지막 커밋의 검사 결과를 보여 줍니다. NAME은 "
        "테이블 이름이나 CONNECTION/NAME입니다."
    ),
    "assets.looking": ("{connection}을(를) 살펴보는 중…"),
    "assets.misspelt": (
        "{name!r}라는 테이블을 쓰는 DAG도, 그런 테이블의 커밋도 없습니다. {nearest!r}을(를) 뜻했나요? "
        "`mulgil assets list`로 모두 볼 수 있습니다."
    ),
    "assets.no_commits": ("{name}에는 아직 커밋이 없습니다."),
    "assets.no_garbage": ("남겨진 것이 없습니다."),
    "assets.no_copies": (
        "`-`: 여기서 보고된 커밋이 없는 테이블입니다. 다른 곳에서 썼다면 `mulgil assets reconcile`이 테이블의 "
        "원장에서 커밋을 가져옵니다."
    ),
    "assets.none": ("아직 테이블을 읽거나 쓰는 DAG가 없습니다."),
    "assets.nothing_differs": ("원장과 다른 점이 없습니다(비교한 테이블: {tables}개)."),
    "assets.target_unread": ("{connection}에 물어볼 수 없었습니다: {why}"),
    "assets.unknown": (
        "{name!r}라는 테이블을 쓰는 DAG도, 그런 테이블의 커밋도 없습니다. `mulgil assets list`로 모두 볼 수 있습니다."
    ),
}
