"""한국어: DAG의 구조."""

MESSAGES: dict[str, str] = {
    "dag.cycle": (
        "DAG `{dag_id}`에 순환이 있어 다음 태스크는 영영 시작할 수 없습니다: {path} ({file} {line}행). "
        "이 의존 관계 가운데 하나를 없애세요."
    ),
    "dag.duplicate_group": (
        "DAG `{dag_id}`에 이름이 `{group}`인 태스크 그룹이 둘 있습니다({file}). "
        "하나의 이름을 바꾸거나 다른 그룹 안에 넣으세요."
    ),
    "dag.duplicate_task": (
        "DAG `{dag_id}`에 이름이 `{task}`인 태스크가 둘 있습니다({file} {line}행). "
        "하나에 다른 `task_id`를 주세요. 반복문에서 만든다면 반복 변수의 값을 ID에 넣으세요."
    ),
    "dag.group_cycle": (
        "DAG `{dag_id}`의 태스크 그룹이 서로를 빙 돌아 포함합니다: {path} ({file}). 그중 하나를 상위 그룹에서 빼내세요."
    ),
    "dag.negative_map_length": (
        "DAG `{dag_id}`의 태스크 `{task}`에 매핑된 항목 수가 음수입니다({file} {line}행). DAG 파일을 다시 게시하세요."
    ),
    "dag.task_named_like_group": (
        "DAG `{dag_id}`에 이름이 똑같이 `{task}`인 태스크와 태스크 그룹이 있습니다({file} {line}행). "
        "분기에서 어느 쪽인지 가릴 수 있도록 하나의 이름을 바꾸세요."
    ),
    "dag.unknown_group": (
        "DAG `{dag_id}`의 태스크 `{task}`이(가) 속한 태스크 그룹 `{group}`이(가) 이 DAG에 없습니다"
        "({file} {line}행). 같은 DAG 안에서 그룹을 만드세요."
    ),
    "dag.unknown_parent_group": (
        "DAG `{dag_id}`의 태스크 그룹 `{group}`을(를) 감싸는 `{parent}`이(가) 이 DAG에 없습니다({file}). "
        "두 그룹을 같은 DAG 안에서 만드세요."
    ),
    "dag.unknown_upstream": (
        "DAG `{dag_id}`의 태스크 `{task}`이(가) 의존하는 `{upstream}`이(가) 이 DAG에 없습니다({file} {line}행). "
        "철자가 맞는지, 두 태스크가 모두 이 DAG에 속하는지 확인하세요."
    ),
}
