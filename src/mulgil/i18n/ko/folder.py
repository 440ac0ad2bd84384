"""파일 폴더로 된 테이블."""

MESSAGES: dict[str, str] = {
    "folder.format": "연결 {connection}의 테이블 형식 {format!r}은(는) 없는 형식입니다. 쓸 수 있는 형식: {known}.",
    "folder.grace": ("연결 {connection}의 grace={grace}은(는) 초 단위 숫자가 아닙니다. 3600처럼 적으세요."),
    "folder.lock_lost": (
        "태스크가 잠그고 있는 동안 {file}이(가) 지워지거나 바뀌어, 다른 태스크가 같은 테이블을 쓰고 있을 수 있습니다. "
        "아무것도 반영하지 않았습니다. 다시 시도하고, 태스크가 도는 동안에는 잠금 파일을 건드리지 마세요."
    ),
    "folder.manifest_broken": (
        "매니페스트 {file}을(를) 읽을 수 없습니다: {detail}. 곁에 있는 파일들과 함께 백업에서 되살리세요."
    ),
    "folder.no_folder": (
        "연결 {connection}이(가) 폴더 {host}을(를) 가리키지만 그 상위 폴더 {folder}이(가) 없습니다. 폴더를 만들거나 "
        "연결의 host를 고치세요."
    ),
    "folder.no_root": "files 연결 {connection}에 폴더가 지정되지 않았습니다. host에 폴더 경로를 적으세요.",
    "folder.no_snapshot": (
        "테이블 {tables}에 쓰기가 끊이지 않아, {times}번 시도해도 함께 읽을 순간을 찾지 못했습니다. 다시 시도하세요."
    ),
    "folder.not_held": (
        "{table}의 행을 {format} 파일에 썼다가 다시 읽으니 원래 값과 다릅니다({types}). {format}에 담을 수 없는 열은 "
        "텍스트나 숫자로 바꾸거나, 테이블을 parquet로 두세요. 아무것도 반영하지 않았습니다."
    ),
}
