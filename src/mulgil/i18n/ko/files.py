"""파일 소스."""

MESSAGES: dict[str, str] = {
    "files.broken": "{file}을(를) 끝까지 읽을 수 없습니다: {detail}. 아무것도 게시하지 않았습니다.",
    "files.changed": (
        "{file}을(를) 읽는 동안 누군가 파일을 썼습니다. 반쪽만 읽었을 수 있어 아무것도 게시하지 않았습니다. 다음 "
        "시도에서 다시 읽습니다. 다른 이름으로 다 쓴 뒤에 이름을 바꾸게 하세요."
    ),
    "files.column": (
        "columns=에 적은 컬럼 {column!r}이(가) {file}에 없습니다. 파일의 컬럼: {columns}. 아무것도 게시하지 않았습니다."
    ),
    "files.column_guess": (
        "columns=에 적은 컬럼 {column!r}이(가) {file}에 없습니다. {guess!r}을(를) 뜻했나요? 아무것도 게시하지 "
        "않았습니다."
    ),
    "files.column_twice": (
        "{file}의 헤더에 {column!r} 컬럼이 둘 있습니다({first}번째와 {second}번째). 파일에서 하나의 이름을 바꾸거나, "
        "header=False로 읽고 columns=에 이름을 직접 지정하세요. 아무것도 게시하지 않았습니다."
    ),
    "files.csv_long": (
        "{file}에 {size} MiB가 넘는 행이 있는데, 행은 그보다 길 수 없습니다. quote=가 맞나요? 아무것도 게시하지 "
        "않았습니다."
    ),
    "files.csv_no_names": (
        "CsvSource({path!r}, header=False)에는 columns=…가 필요합니다. 헤더가 없으면 컬럼 이름을 알 수 없습니다."
    ),
    "files.csv_quote": (
        "{file}의 {line}번째 줄에서 시작한 따옴표 필드가 제대로 끝나지 않습니다({detail}). 파일을 고치거나, 따옴표가 "
        "일반 글자라면 quote=None을 지정하세요. 아무것도 게시하지 않았습니다."
    ),
    "files.csv_row": (
        "{file}의 {line}번째 줄: 필드가 {expected}개여야 하는데 {found}개입니다: {row}. 파일을 고치거나, 이런 행을 "
        "max_bad_rows=…로 허용하세요."
    ),
    "files.csv_value": (
        "{file}의 {line}번째 줄: 컬럼 {column!r}의 값 {value!r}은(는) {type} 타입이 아닙니다. 파일을 고치거나, "
        "columns=에 컬럼의 타입을 선언하거나, 이런 행을 max_bad_rows=…로 허용하세요."
    ),
    "files.csv_wide": (
        "{file}의 인코딩은 {encoding}인 듯합니다. 첫 바이트: {bytes}. encoding={encoding!r}(으)로 지정하거나 UTF-8로 "
        "저장하세요. 아무것도 게시하지 않았습니다."
    ),
    "files.cursor_unknown": "파일은 cursor={cursor!r}(으)로 이어서 읽을 수 없습니다. 다음 중 하나를 쓰세요: {known}.",
    "files.encoding_unknown": ("{encoding!r}이라는 인코딩은 없습니다. 'utf-8', 'cp949', 'latin-1' 같은 이름을 쓰세요."),
    "files.excel_cell": (
        "{file}, 시트 {sheet!r}, 셀 {cell}: 컬럼 {column!r}의 값 {value!r}은(는) {type} 타입이 아닙니다. 셀을 "
        "고치거나, columns=에 컬럼의 타입을 선언하거나, 이런 행을 max_bad_rows=…로 허용하세요."
    ),
    "files.excel_column_twice": (
        "{file}, 시트 {sheet!r}: 헤더에 {column!r} 컬럼이 둘 있습니다(셀 {first}, {second}). 하나의 이름을 바꾸세요. "
        "아무것도 게시하지 않았습니다."
    ),
    "files.excel_header": (
        "{file}, 시트 {sheet!r}: 헤더의 셀 {cell}에 이름이 없는데 그 아래에 값이 있습니다. 컬럼에 이름을 붙이거나 "
        "columns=로 컬럼을 고르세요. 아무것도 게시하지 않았습니다."
    ),
    "files.excel_missing": "엑셀 파일을 읽으려면 `excel` 엑스트라가 필요합니다: pip install 'mulgil[excel]'.",
    "files.excel_sheet": "{file}에 {sheet!r} 시트가 없습니다. 파일의 시트: {sheets}.",
    "files.json_broken": (
        "{file}의 레코드 {record} 또는 그 뒤가 객체의 JSON 목록이 아닙니다: {detail}. 아무것도 게시하지 않았습니다."
    ),
    "files.json_column": (
        "{file}: columns=에 적은 필드 {column!r}이(가) 있는 레코드가 없습니다. 첫 레코드의 필드: {found}. 아무것도 "
        "게시하지 않았습니다."
    ),
    "files.json_no_list": (
        "{file}에 JSON 목록이 없고 {found}이(가) 있습니다. 목록이 든 필드를 records=로 지정하거나, 한 줄에 객체 하나인 "
        "파일이면 JsonLinesSource로 읽으세요."
    ),
    "files.json_no_path": "records=에 적은 {path!r}에 해당하는 것이 {file}에 없습니다. 있는 것: {found}.",
    "files.json_line": ("{file}의 {line}번째 줄: {detail}. 파일을 고치거나, 이런 행을 max_bad_rows=…로 허용하세요."),
    "files.json_line_value": (
        "{file}의 {line}번째 줄, 필드 {column!r}: {detail}. 파일을 고치거나, columns=에 필드의 타입을 선언하거나, "
        "이런 행을 max_bad_rows=…로 허용하세요."
    ),
    "files.json_record": (
        "{file}의 {record}번째 레코드: {detail}. 파일을 고치거나, 이런 행을 max_bad_rows=…로 허용하세요."
    ),
    "files.json_value": (
        "{file}의 {record}번째 레코드, 필드 {column!r}: {detail}. 파일을 고치거나, columns=에 필드의 타입을 "
        "선언하거나, 이런 행을 max_bad_rows=…로 허용하세요."
    ),
    "files.json_wide": (
        "{file}의 인코딩은 {encoding}인 듯합니다. 첫 바이트: {bytes}. JSON은 UTF-8로 읽으므로 UTF-8로 저장하세요. "
        "아무것도 게시하지 않았습니다."
    ),
    "files.missing": "{file} 파일이 없습니다. 경로를 고치세요. 상대 경로는 홈에서 시작합니다.",
    "files.none": (
        "{path}에 맞는 파일이 없습니다. 경로를 고치거나(상대 경로는 홈에서 시작합니다), 오류가 아니라면 "
        "allow_empty=True를 지정하세요."
    ),
    "files.none_undeclared": (
        "{path}에 맞는 파일이 없어 어떤 컬럼이 있는지 알 수 없습니다. columns=…를 선언하거나 allow_empty를 빼세요."
    ),
    "files.not_parquet": "{file}은(는) 읽을 수 있는 Parquet 파일이 아닙니다: {detail}.",
    "files.not_text": (
        "{file}의 {line}번째 줄({byte}번째 바이트): 바이트 {bytes}은(는) {encoding} 텍스트가 아닙니다. 파일의 인코딩을 "
        "encoding=…('cp949', 'latin-1' 등)으로 지정하거나 파일을 고치세요. 아무것도 게시하지 않았습니다."
    ),
    "files.nothing_to_infer": ("{file}에 레코드가 없어 컬럼을 추론할 수 없습니다. 소스의 columns=…를 선언하세요."),
    "files.other_columns": (
        "{file}의 컬럼이 첫 파일과 다릅니다. 첫 파일에만: {expected}. 이 파일에만: {found}. columns=…로 컬럼과 타입을 "
        "선언하거나 파일을 따로 적재하세요. 아무것도 게시하지 않았습니다."
    ),
    "files.unreadable": "{file}을(를) 읽을 수 없습니다: {detail}.",
}
