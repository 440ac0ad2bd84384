"""파일 소스."""

MESSAGES: dict[str, str] = {
    "files.broken": "{file}을(를) 끝까지 읽을 수 없습니다: {detail}. 아무것도 게시하지 않았습니다.",
    "files.none": "{path}에 맞는 파일이 없습니다. 경로를 고치세요. 상대 경로는 홈에서 시작합니다.",
    "files.other_columns": "{file}의 컬럼이 첫 파일과 다릅니다. 기대한 컬럼: {expected}. 실제 컬럼: {found}.",
    "files.unreadable": "{file}을(를) 읽을 수 없습니다: {detail}. 상대 경로는 홈에서 시작합니다.",
}
