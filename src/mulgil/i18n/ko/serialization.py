"""한국어: 저장된 형태의 DAG."""

MESSAGES: dict[str, str] = {
    "serialization.dag_invalid": (
        "DAG `{dag_id}`을(를) 저장할 수 없습니다: {detail}. DAG에서 해당 위치의 값을 고치세요."
    ),
    "serialization.dag_newer": (
        "이 DAG는 더 새로운 mulgil이 형식 {format}(으)로 저장했습니다. "
        "이 버전은 형식 {supported}까지 읽을 수 있습니다. "
        "여기의 mulgil을 업그레이드하거나 모든 프로세스를 같은 버전으로 실행하세요."
    ),
    "serialization.dag_unreadable": (
        "저장된 DAG를 읽을 수 없습니다: {detail}. 파일이 바뀌면 DAG 프로세서가 다시 저장합니다. "
        "DAG 파일을 touch로 갱신하거나 메타데이터 DB를 백업에서 복원하세요."
    ),
    "serialization.instant_out_of_range": (
        "{instant}은(는) UTC로 1년보다 앞이거나 9999년보다 뒤입니다. 맨 처음이나 맨 끝이 아닌 날짜를 고르세요."
    ),
    "serialization.param_not_json": (
        "DAG `{dag_id}`의 매개변수에 JSON으로 나타낼 수 없는 값이 있습니다: {where}이(가) {value}입니다. "
        "문자열, 유한한 수, 불리언, null, 리스트, 키가 문자열인 딕셔너리만 쓸 수 있습니다."
    ),
}
