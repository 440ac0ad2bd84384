"""파일 소스."""

MESSAGES: dict[str, str] = {
    "files.broken": "{file}을(를) 끝까지 읽을 수 없습니다: {detail}. 아무것도 게시하지 않았습니다.",
    "files.column": (
        "columns=에 적은 컬럼 {column!r}이(가) {file}에 없습니다. 파일의 컬럼: {columns}. 아무것도 게시하지 않았습니다."
    ),
    "files.column_guess": (
        "columns=에 적은 컬럼 {column!r}이(가) {file}에 없습니다. {guess!r}을(를) 뜻했나요? 아무것도 게시하지 "
        "않았습니다."
    ),
    "files.csv_row": "{file}의 {row}행(헤더가 1행)을 읽을 수 없습니다: {detail}. 아무것도 게시하지 않았습니다.",
    "files.csv_value": (
        "{file}의 {row}행(헤더가 1행), 컬럼 {column!r}의 값 {value!r}은(는) {type} 타입이 아닙니다. 파일을 고치거나 "
        "columns=에 컬럼의 타입을 선언하세요. 아무것도 게시하지 않았습니다."
    ),
    "files.missing": "{file} 파일이 없습니다. 경로를 고치세요. 상대 경로는 홈에서 시작합니다.",
    "files.none": "{path}에 맞는 파일이 없습니다. 경로를 고치세요. 상대 경로는 홈에서 시작합니다.",
    "files.not_parquet": "{file}은(는) 읽을 수 있는 Parquet 파일이 아닙니다: {detail}.",
    "files.other_columns": "{file}의 컬럼이 첫 파일과 다릅니다. 기대한 컬럼: {expected}. 실제 컬럼: {found}.",
    "files.unreadable": "{file}을(를) 읽을 수 없습니다: {detail}.",
}
