"""쓰기 계약: 선언, 소스, 검사, 원장, 타깃."""

MESSAGES: dict[str, str] = {
    "data.type_not_kept": (
        "쿼리의 {column} 컬럼은 {type} 타입이라 그대로 보존되지 않습니다. 쿼리에서 다른 타입으로 변환(cast)하세요."
    ),
    "data.transaction_retry": ("{target}이(가) 일시적으로 거부했습니다: {detail}"),
    "data.reject_too_long": ("{row}행: {column} 컬럼의 값이 {type}보다 깁니다: {value!r}."),
    "data.reject_null": ("{row}행은 not null로 선언된 {column} 컬럼에 값이 없습니다."),
    "data.reject_misfit": ("{row}행: 값 {value}은(는) {type}인 {column} 컬럼에 그대로 들어가지 않습니다."),
    "data.date_with_instant": (
        "SQL이 {table}의 {type} 컬럼 {column}을(를) 시각과 비교합니다. DAG의 시간대는 {timezone}인데, 시각과 비교되는 "
        "날짜는 UTC 자정을 뜻하거나 텍스트로 비교되어 의도와 다른 날을 읽게 됩니다. 날짜와 비교하세요: {{{{ "
        "data_interval_start | ds }}}}, {{{{ data_interval_end | ds }}}} 또는 {{{{ ds }}}}."
    ),
    "data.instant_with_date": (
        "SQL이 {table}의 {type} 컬럼 {column}을(를) 날짜와 비교하는데, 이때 날짜는 UTC 자정을 뜻합니다. DAG의 시간대는 "
        "{timezone}입니다. 시각과 비교하세요: {{{{ data_interval_start }}}}, {{{{ data_interval_end }}}}."
    ),
    "data.memory_limit": (
        "연결 {connection}의 extra에 있는 memory_limit 값 {value}은(는) 메모리 크기가 아닙니다. '500MB'나 '2GB'처럼 "
        "쓰세요."
    ),
    "data.check_severity": (
        "검사의 심각도로 {severity!r}을(를) 쓸 수 없습니다. 'error', 'warn', 'reject' 중 하나를 쓰세요."
    ),
    "data.check_never_rejects": (
        "어느 행이 잘못되었는지는 not_null과 accepted_values만 알 수 있으므로 다른 검사에는 "
        "severity={severity!r}을(를) 쓸 수 없습니다. 'error' 또는 'warn'을 쓰세요."
    ),
    "data.check_age": (
        "freshness의 max_age=는 {value}이(가) 아니라 0 이상의 timedelta여야 합니다. "
        "`max_age=timedelta(hours=2)`처럼 쓰세요."
    ),
    "data.check_reference_elsewhere": (
        "{file}:{line}: 태스크 {task_id!r}: {check} 검사는 연결 {there!r}의 테이블을 가리키는데 행은 "
        "{here!r}(으)로 갑니다. 한 질의로 둘 다 읽을 수 없으니 먼저 load()로 테이블을 복사하세요."
    ),
    "data.check_reference_columns": (
        "foreign_key({columns})가 {to}을(를) 가리킵니다. to=…에 검사와 같은 수의 컬럼을 적으세요."
    ),
    "data.check_references": (
        "foreign_key의 references=에는 {value}이(가) 아니라 Table이 필요합니다. "
        "`references=Table('connection', 'schema.table')`처럼 쓰세요."
    ),
    "data.source_column_stray": (
        "파티션별로 읽는 {table}의 컬럼 {column}에 다른 프로그램이 mulgil과 다른 형식으로 쓴 값 {value}이(가) "
        "있습니다. 이런 값은 날짜나 시각으로 올바르게 비교되지 않아 행을 놓칠 수 있습니다. 컬럼을 한 형식으로 "
        "맞추거나(날짜는 2013-01-05, 타임스탬프는 UTC로 2013-01-05T10:00:00.000000) 변환하는 쿼리로 읽으세요."
    ),
    "data.into_reject": (
        "{file}:{line}: 태스크 {task_id!r}의 rejects=에는 {value}이(가) 아니라 Table이 필요합니다. "
        "`Table('connection', 'schema.table')`처럼 쓰세요."
    ),
    "data.rejects_same": (
        "거부된 행의 테이블이 테이블 자신({rejects})일 수 없습니다. 다른 이름을 주거나 비워 두세요. 비우면 "
        "테이블의 이름을 따릅니다."
    ),
    "data.rejects_elsewhere": (
        "거부된 행의 테이블 {rejects}은(는) 연결 {there!r}에 있고 행은 {here!r}(으)로 갑니다. 한 "
        "트랜잭션으로 둘 다 쓸 수 없으니 {here!r}에 두세요."
    ),
    "data.rejects_unlimited": (
        "{asked}은(는) 행을 따로 두는데, 몇 행까지인지 정해지지 않았습니다. max_bad_rows=…(행의 수 또는 "
        "1.0까지의 비율)를 지정하세요."
    ),
    "data.out_of_partition": ("out_of_partition=에 {word!r}을(를) 쓸 수 없습니다. 쓸 수 있는 값: {known}."),
    "data.partition_value_type": (
        "{table}은(는) {type} 타입인 {column}의 값으로 나뉩니다. 텍스트, 정수, 실수, 불리언, 날짜만 파티션의 이름이 될 "
        "수 있습니다. 타임스탬프에는 grain='hour'나 'day'를 쓰거나 다른 컬럼으로 나누세요."
    ),
    "data.partition_value_misfit": (
        "{value}은(는) {table}의 파티션이 아닙니다. {column}은(는) {type} 타입입니다. 그 타입의 값을 주고, 따옴표는 "
        "텍스트일 때만 쓰세요."
    ),
    "data.column_stray": (
        "{table}의 컬럼 {column}에 다른 프로그램이 mulgil과 다른 형식으로 쓴 값 {value}이(가) 있습니다. 이런 값은 "
        "날짜나 시각으로 올바르게 비교되지 않아 행을 놓치거나 잘못 지울 수 있습니다. 아무것도 게시하지 않았습니다. "
        "컬럼을 한 형식으로 맞추거나(날짜는 2013-01-05, 타임스탬프는 UTC로 2013-01-05T10:00:00.000000, TIMESTAMPTZ "
        "컬럼은 끝에 Z) 다른 컬럼을 쓰세요."
    ),
    "data.rejects_without_limit": (
        "{table}: 한도와 거부된 행의 테이블이 모두 있어야 행을 따로 둘 수 있습니다. max_bad_rows=…를 지정하세요."
    ),
    "data.check_row": ("{row}행이 {check} 검사에 실패했습니다."),
    "data.row_outside_partition": (
        "{row}행은 이 쓰기가 바꾸는 파티션 밖에 있습니다. {column} 값은 {value}인데 파티션은 {partitions}입니다."
    ),
    "data.row_without_partition": ("{row}행은 파티션 컬럼 {column}에 값이 없어 어느 파티션에도 속하지 않습니다."),
    "data.mode_unfit": ("{file}:{line}: 태스크 {task_id!r}: {why}"),
    "data.mapped_replaces_same": (
        "{file}:{line}: 매핑된 태스크 {task_id!r}이(가) {table}을(를) {mode} 모드로 쓰는데, 모든 맵 인덱스가 같은 행을 "
        "바꾸게 됩니다. partition=…을 매핑하거나 append나 merge를 쓰세요."
    ),
    "data.no_columns": (
        "{table}에 쓸 데이터에 행도 컬럼도 없고 테이블도 아직 없습니다. 빈 결과로도 테이블을 만들 수 있도록 "
        "Table이나 소스에 columns=…를 선언하세요."
    ),
    "data.column_zone": (
        "{table}의 {column} 컬럼은 {kept}인데 데이터는 {staged}입니다. 한쪽만 시간대를 알고 있어 같은 "
        "시각이라고 할 수 없습니다. 소스에서 시간대를 밝히거나(timestamp[us, UTC]) 질의에서 변환하세요(AT "
        "TIME ZONE). 아무것도 게시하지 않았습니다."
    ),
    "data.column_not_there": (
        "{table}에 {column} 컬럼({type})이 선언되어 있지만 테이블에는 없습니다. ALTER TABLE로 추가하거나 "
        "schema={{'new_columns': 'evolve'}}로 추가하게 하세요. 아무것도 게시하지 않았습니다."
    ),
    "data.column_declared": (
        "{table}의 {column} 컬럼은 {declared}(으)로 선언되어 있지만 테이블에는 {kept}(으)로 있고, 그 값을 "
        "모두 담지 못합니다. 있는 그대로 선언하거나, 테이블을 바꾸거나, schema={{'types': 'evolve'}}로 "
        "넓히게 하세요. 아무것도 게시하지 않았습니다."
    ),
    "data.value_too_long": (
        "{column} 컬럼은 {type}인데 {row}행의 값이 더 깁니다: {value!r}. 아무것도 게시하지 않았습니다. "
        "원본에서 줄이거나, 더 긴 타입 또는 max_bad_rows=…를 선언하세요."
    ),
    "data.value_null": (
        "{column} 컬럼은 not null로 선언되어 있는데 {row}행에 값이 없습니다. 아무것도 게시하지 않았습니다. "
        "원본에서 행을 고치거나 max_bad_rows=…를 선언하세요."
    ),
    "data.column_nameless": (
        "{table}에 쓸 데이터의 컬럼 하나에 이름이 없거나 이름에 널 바이트가 있습니다. 소스나 질의에서 이름을 "
        "주세요. 컬럼: {columns}."
    ),
    "data.column_undeclared": (
        "{table}: 키 또는 파티션의 컬럼 {column!r}이(가) columns=에 없습니다: {columns}. 거기에도 선언하세요."
    ),
    "data.column_name": (
        "{table}에 {column!r}라는 컬럼을 둘 수 없습니다. 이름은 비어 있거나 널 바이트를 담거나(대소문자 구분 "
        "없이) 두 번 나올 수 없습니다."
    ),
    "data.columns_empty": ("{table}의 columns=에 컬럼이 하나도 없습니다. 이름과 타입을 적거나 columns=를 빼세요."),
    "data.schema_rule_guess": (
        "{table}: schema=에 {word!r}을(를) 쓸 수 없습니다. {guess!r}을(를) 뜻했나요? 쓸 수 있는 말: {known}."
    ),
    "data.schema_rule": ("{table}: schema=에 {word!r}을(를) 쓸 수 없습니다. 쓸 수 있는 말: {known}."),
    "data.mode_option": (
        "{table}을(를) {mode} 모드로 쓸 때는 {option}=을(를) 줄 수 없습니다. 이 옵션은 {modes} 모드에서만 씁니다. "
        "옵션을 빼거나 다른 모드를 고르세요."
    ),
    "data.mode_needs_key": (
        "{table}을(를) {mode} 모드로 쓸 수 없습니다. 이 모드는 테이블의 키로 행을 다시 찾습니다. Table에 key=[…]를 "
        "지정하세요."
    ),
    "data.mode_needs_valid_from": (
        "{table}을(를) scd2 모드로 쓰려면 valid_from=이 필요합니다. 행이 언제부터 유효한지 알려 주는 컬럼을 지정하세요."
    ),
    "data.option_column_missing": (
        "{table}에 쓸 데이터에 {option}=이 가리키는 컬럼 {column}이(가) 없습니다. 컬럼: {columns}. 아무것도 게시하지 "
        "않았습니다."
    ),
    "data.option_column_type": (
        "{table}의 {option}=이 가리키는 컬럼 {column}은(는) {type} 타입이라 쓸 수 없습니다. delete_flag에는 불리언이나 "
        "정수, valid_from에는 날짜나 타임스탬프가 필요합니다. 소스나 쿼리에서 형변환하세요. 아무것도 게시하지 "
        "않았습니다."
    ),
    "data.mode_column_missing": (
        "{table}에 컬럼 {column}이(가) 없습니다. {mode} 모드는 이 컬럼으로 자기가 쓴 행을 다시 찾습니다. 컬럼을 "
        "추가하거나(ALTER TABLE … ADD COLUMN {column} {type}) 행을 찾을 다른 방법을 지정하세요(append는 dedup_key=, "
        "merge는 version_by=). 아무것도 게시하지 않았습니다."
    ),
    "data.out_of_order": (
        "{table}은(는) 데이터 구간을 순서대로 적용해야 하는 {mode} 모드로 쓰는데, {until}에 끝나는 구간이 이미 적용된 "
        "뒤에 {end}에 끝나는 구간이 왔습니다. 아무것도 게시하지 않았습니다. 오래된 것부터 한 번에 하나씩 "
        "실행하세요(max_active_runs=1). 이력을 새로 쓰려면 테이블을 지우고 모든 구간을 순서대로 실행하세요."
    ),
    "data.rows_late": (
        "{table}에 쓸 행이 테이블이 이미 아는 시점이나 그보다 앞선 시점의 내용을 바꿉니다. 버전 뒤에는 더 새로운 "
        "버전만 올 수 있습니다. 아무것도 게시하지 않았습니다. 해당 행: {sample}"
    ),
    "data.column_type_arrow": (
        "{column} 컬럼의 Arrow 타입 {type}은(는) 테이블에 둘 수 없습니다. 단순한 타입으로 변환하거나 다른 "
        "타입으로 선언하세요."
    ),
    "data.value_misfit": (
        "{column} 컬럼은 {type}인데 {row}행의 값 {value}은(는) 그대로 들어가지 않습니다. 소스나 질의에서 "
        "고치거나 컬럼에 더 넓은 타입을 주세요. 아무것도 게시하지 않았습니다."
    ),
    "data.bad_row_limit": (
        "max_bad_rows={limit}은(는) 한도가 될 수 없습니다. 행의 수(100)나 비율(0.01, 최대 1.0)을 적으세요."
    ),
    "data.too_many_bad_rows": (
        "잘못된 행이 너무 많습니다: {found}, max_bad_rows={limit}. 아무것도 게시하지 않았고 테이블과 거부된 행의 "
        "테이블은 그대로입니다. 원본에서 이 행들을 고치거나 한도를 늘리세요.\n{sample}"
    ),
    "data.sql_value_place": (
        "값이 SQL의 {quotes} 안에 있습니다. 그 안에서는 안전하게 이스케이프할 수 없습니다. "
        "'…' 안이나 따옴표 밖에 쓰세요."
    ),
    "data.check_broken": (
        "{table}에 쓸 데이터에 {check} 검사를 실행할 수 없습니다: {detail}\n아무것도 게시하지 않았고 테이블은 "
        "그대로입니다."
    ),
    "data.check_column": (
        "{table}의 {check} 검사가 데이터에 없는 컬럼 {column!r}을(를) 가리킵니다. 컬럼: {columns}. 아무것도 "
        "게시하지 않았습니다."
    ),
    "data.check_column_guess": (
        "{table}의 {check} 검사가 데이터에 없는 컬럼 {column!r}을(를) 가리킵니다. {guess!r}을(를) 뜻했나요? "
        "아무것도 게시하지 않았습니다."
    ),
    "data.check_empty": "{check} 검사에 검사할 대상이 없습니다. 컬럼, 값 또는 범위를 지정하세요.",
    "data.check_failed": (
        "{table}의 {check} 검사가 실패했습니다({failing}행). 아무것도 게시하지 않았고 테이블은 그대로입니다. 해당 "
        "행: {sample}"
    ),
    "data.check_rows": (
        "{table}의 {check} 검사가 실패했습니다. 데이터는 {rows}행입니다. 아무것도 게시하지 않았고 테이블은 "
        "그대로입니다."
    ),
    "data.check_unknown": "`checks`에 {check!r}이(가) 없습니다. 쓸 수 있는 검사: {known}.",
    "data.check_unknown_guess": (
        "`checks`에 {check!r}이(가) 없습니다. {guess!r}을(를) 뜻했나요? 쓸 수 있는 검사: {known}."
    ),
    "data.column_extra": (
        "{table}에 쓸 데이터에 테이블에 없는 컬럼 {column}({type})이 있습니다. 소스나 쿼리에서 빼거나, ALTER "
        "TABLE로 테이블에 추가하거나, Table에 새 컬럼을 어떻게 할지 적으세요. schema='evolve'는 추가하고 "
        "schema='discard'는 버립니다. 아무것도 게시하지 않았습니다."
    ),
    "data.column_missing": (
        "{table}에 쓸 데이터에 테이블의 컬럼 {column}({type})이 없습니다. 소스나 쿼리에 추가하거나, Table에 "
        "schema='evolve'를 적어 NULL로 채우게 하세요. 아무것도 게시하지 않았습니다."
    ),
    "data.column_twice": (
        "{table}에 쓸 데이터에 컬럼 {column}이(가) 두 번 있습니다(대소문자 무시). 하나의 이름을 바꾸세요."
    ),
    "data.column_type": (
        "{table}의 컬럼 {column}은(는) {kept}인데 데이터는 {staged}이어서 값을 그대로 담을 수 없습니다. 소스나 "
        "쿼리에서 형변환하거나, 테이블을 변경하거나, Table에 schema='evolve'(둘 다 담을 수 있으면 컬럼을 넓힘) 또는 "
        "schema='discard'(맞지 않는 행을 뺌)를 적으세요. 아무것도 게시하지 않았습니다."
    ),
    "data.column_type_unknown": "컬럼 {column}에 선언한 {type!r}은(는) 타입이 아닙니다. 쓸 수 있는 타입: {known}.",
    "data.column_unsupported": (
        "{target}은(는) {type} 타입의 컬럼 {column}을(를) 담을 수 없습니다. 먼저 단순한 타입으로 바꾸세요."
    ),
    "data.column_untyped": (
        "{table}이(가) 아직 없고 컬럼 {column}의 값이 모두 NULL이라 타입을 알 수 없습니다. 소스의 columns=…나 "
        "쿼리의 형변환으로 타입을 정하세요."
    ),
    "data.commit_unknown": (
        "{table}의 타깃과의 연결이 펜스 {fence}을(를) 커밋하던 중 끊겼고 원장도 확인하지 못했습니다: {detail}. "
        "다음 시도가 다시 확인하며, 유실되거나 중복되는 것은 없습니다."
    ),
    "data.connection_file": (
        "{type} 타입의 연결 {connection}에 파일이 지정되지 않았습니다. 호스트에 파일 경로를 넣으세요."
    ),
    "data.connection_folder": (
        "연결 {connection}이(가) 가리키는 파일 {host}의 폴더 {folder}이(가) 없습니다. 폴더를 만들거나 연결의 호스트를 "
        "고치세요."
    ),
    "data.connection_lost": "{target}과(와)의 연결이 끊겼습니다: {detail}",
    "data.connection_type": (
        "{type!r} 타입의 연결 {connection}에는 테이블을 둘 수 없습니다({guess!r}을(를) 뜻했나요?). 테이블을 둘 수 "
        "있는 타입: {known}."
    ),
    "data.cursor_changed": (
        "{table}: 이 구간은 커서 {before}(으)로 읽었는데 지금 소스의 커서는 {source}입니다. 그래서 어느 행을 읽었는지 "
        "알 수 없습니다. 구간을 다시 실행하려면 소스에 이전 커서를 쓰고, 아니면 테이블을 삭제하여 처음부터 다시 "
        "채우세요. 아무것도 게시하지 않았습니다."
    ),
    "data.cursor_column": (
        "{source}에 커서로 지정한 컬럼 {column!r}이(가) 없습니다. 있는 컬럼: {columns}. 아무것도 게시하지 않았습니다."
    ),
    "data.cursor_mapped": (
        "매핑된 태스크 {task_id!r}의 소스에 커서가 있습니다. 맵 인덱스들이 서로의 커서를 옮기게 됩니다. 소스마다 "
        "load를 하나씩 쓰세요."
    ),
    "data.cursor_mode": (
        "{file}:{line}: 태스크 {task_id!r}는 새 데이터만 읽는데(cursor=), {mode!r} 모드는 {table}에 전에 읽어 둔 "
        "행까지 바꿉니다. mode='append'나 mode='merge'를 쓰세요."
    ),
    "data.cursor_null": (
        "{source}: 읽은 것의 {row}번째 행에 커서 컬럼 {column!r}의 값이 없습니다. 이런 행은 영영 읽지 않거나 매번 읽게 "
        "됩니다. 아무것도 게시하지 않았습니다. 값을 채우거나 쿼리에서 그런 행을 빼세요."
    ),
    "data.cursor_repeats": (
        "{file}:{line}: 태스크 {task_id!r}는 cursor='modified'로 {source}을(를) 읽습니다. 바뀐 파일은 통째로 다시 "
        "읽으므로 'append' 모드에서는 {table}에 행이 중복됩니다. mode='merge'를 쓰거나 dedup_key=를 지정하거나 "
        "cursor='name'을 쓰세요."
    ),
    "data.cursor_type": (
        "{source}: 커서가 {mark}에 있는데, 이것은 {type} 타입인 컬럼 {column!r}의 값이 아닙니다. Cursor의 initial=을 "
        "컬럼 타입에 맞추고, 컬럼이 바뀐 것이라면 다른 컬럼을 커서로 쓰세요. 아무것도 게시하지 않았습니다."
    ),
    "data.cursor_unknown": (
        "{table}: 이 구간은 {source}에 커서가 생기기 전에 적재되어 무엇을 읽었는지 알 수 없습니다. 이어서 읽는 가장 "
        "최근 구간을 실행하거나 테이블을 새로 적재하세요."
    ),
    "data.ledger_lost": (
        "{table}에는 실행이 추가한 행이 있는데(_mulgil_write 컬럼에 표시됨), 곁에 있는 원장 _mulgil_commits에는 "
        "이 테이블의 커밋이 하나도 없습니다. {source}을(를) 어디까지 읽었는지 알 수 없어 모든 행이 다시 추가됩니다. "
        "백업에서 원장을 되살리거나, 테이블을 삭제하여 처음부터 다시 채우세요. 아무것도 게시하지 않았습니다."
    ),
    "data.fault_injected": "설정된 장애 지점 {point}에서 예외가 발생했습니다.",
    "data.fault_unreadable": "장애 {fault!r}을(를) 설정할 수 없습니다: {detail}. 지점: {points}.",
    "data.grain_unknown": "{table}의 단위로 {grain!r}을(를) 쓸 수 없습니다. 쓸 수 있는 단위: {known}.",
    "data.interval_not_whole_grains": (
        "구간 {start} … {end}은(는) {timezone} 기준으로 {grain} 단위의 정수배가 아닙니다."
    ),
    "data.into_no_table": (
        "{file}:{line}: into=에는 {value}이(가) 아니라 Table을 줘야 합니다. `Table('connection', 'schema.table')`처럼 "
        "쓰세요."
    ),
    "data.key_repeated": "{table}의 키에 같은 컬럼이 두 번 있습니다: {key}.",
    "data.ledger_conflict": (
        "{table}은(는) {kept} 파티션으로 관리되는데 이 태스크는 {declared}(으)로 선언했습니다. 모든 곳에서 같은 "
        "방식으로 선언하거나 다른 테이블에 쓰세요."
    ),
    "data.ledger_newer": (
        "{table}의 원장 항목이 형식 {found}(으)로, 더 새로운 mulgil이 기록한 것입니다. 이 버전은 형식 {known}까지 "
        "압니다. mulgil을 업그레이드하세요."
    ),
    "data.mode_needs_partition": (
        "{table}을(를) {mode} 모드로 쓸 수 없습니다. replace_partition에는 partition_by가 있는 테이블과 하나 "
        "이상의 파티션이 필요하고, 다른 모드에는 파티션을 줄 수 없습니다."
    ),
    "data.mode_unknown": (
        "{file}:{line}: 태스크 {task_id!r}은(는) {table}을(를) {mode!r} 모드로 쓸 수 없습니다. 쓸 수 있는 모드: "
        "{known}."
    ),
    "data.modes_differ": (
        "{file}:{line}: 태스크 {task_id!r}({mode})과(와) {other!r}({theirs})이(가) {table}을(를) 서로 다른 모드로 "
        "써서 상대의 결과를 지울 수 있습니다. 모드를 하나로 맞추거나 테이블을 나누세요. 의도한 것이라면 각 태스크에 "
        "shared=True를 지정하세요."
    ),
    "data.no_check": (
        "{file}:{line}: 태스크 {task_id!r}의 checks=에 {value}을(를) 주었습니다. `checks=[checks.not_null('id')]`처럼 "
        "검사 목록을 주세요."
    ),
    "data.no_literal": "{type} 타입의 값은 SQL에 넣을 수 없습니다: {value}. 문자열, 숫자 또는 날짜로 바꾸세요.",
    "data.no_source": (
        "{file}:{line}: 태스크 {task_id!r}의 소스로 {kind}을(를) 주었습니다. Table, HttpSource 같은 커넥터 소스, "
        "태스크의 결과(태스크를 호출하세요), 행을 내는 함수, 행의 목록, 데이터프레임 가운데 하나를 주세요. "
        "이터레이터는 한 "
        "번만 읽을 수 있지만 쓰기는 다시 시작하면 다시 읽으므로, 이터레이터를 만드는 함수를 주세요."
    ),
    "data.not_a_number": (
        "컬럼 {column}에 NaN이 있는데 {target}은(는) 이를 NULL로 저장합니다. 소스나 쿼리에서 NULL이나 숫자로 바꾸세요."
    ),
    "data.partition_column_missing": (
        "{table}의 파티션 컬럼 {column}이(가) 컬럼 목록에 없습니다: {found}. 컬럼을 추가하거나 partition_by를 고치세요."
    ),
    "data.partition_needed": (
        "{file}:{line}: 태스크 {task_id!r}은(는) {table}의 파티션을 바꾸는데 어느 파티션인지 알 수 "
        "없습니다({why}). partition=…이나 mode='replace'를 지정하세요."
    ),
    "data.partition_needed_mapped": (
        "매핑된 태스크 {task_id!r}은(는) {table}의 파티션을 바꾸는데 모든 맵 인덱스가 같은 파티션을 바꾸게 됩니다. "
        "partition=…을 매핑하세요."
    ),
    "data.partition_null": (
        "{table}에 쓸 {rows}행의 파티션 컬럼 {column}에 값이 없어 어느 파티션에도 속하지 않습니다. 아무것도 "
        "게시하지 않았습니다."
    ),
    "data.partition_type": (
        "{table}의 파티션 컬럼 {column}은(는) {type} 타입이라 {grain} 단위로 나눌 수 없습니다. 시간 단위에는 "
        "타임스탬프가, 일·월·연 단위에는 DATE나 타임스탬프가 필요합니다. 다른 컬럼에는 grain='value'를 쓰세요."
    ),
    "data.partition_unasked": (
        "{file}:{line}: 태스크 {task_id!r}은(는) {table}을(를) {mode} 모드로 쓰는데 이 모드에는 partition=…을 쓰지 "
        "않습니다. 둘 중 하나를 빼세요."
    ),
    "data.partition_unreadable": (
        "{partition!r}은(는) {grain} 단위의 파티션이 아닙니다. 단위에 맞게 2013, 2013-01, 2013-01-05 또는 "
        "2013-01-05T06Z처럼 쓰세요."
    ),
    "data.partition_value_required": (
        "{grain} 단위의 테이블은 구간을 따르지 않습니다. load나 transform에 partition=…을 지정하세요."
    ),
    "data.partition_zone_required": (
        "{table}은(는) {type} 타입의 {column}을(를) {grain} 단위로 나눕니다. 어느 시간대 기준인지 테이블의 "
        "timezone=…으로 정하세요."
    ),
    "data.query_failed": "데이터에 대한 쿼리가 실패했습니다: {detail}",
    "data.rows_column": "{source}: 있어야 할 컬럼 {column!r}이(가) 없습니다. 있는 컬럼: {columns}.",
    "data.rows_field": (
        "{source}의 {row}번째 행: 앞의 행들에는 {column!r} 필드가 없습니다. 모든 행의 필드를 같게 하거나 columns=로 "
        "고르세요. 아무것도 게시하지 않았습니다."
    ),
    "data.rows_frame": "{source}의 프레임을 Arrow로 읽을 수 없습니다: {detail}. 아무것도 게시하지 않았습니다.",
    "data.rows_index": (
        "{source}의 프레임에서 인덱스 {name!r}은(는) 컬럼이 아니어서 사라지게 됩니다. reset_index()를 호출하세요. "
        "아무것도 게시하지 않았습니다."
    ),
    "data.rows_none": (
        "{source}에서 행 대신 {kind}이(가) 나왔습니다. dict, 데이터클래스, 튜플(columns= 필요), 데이터프레임, Arrow "
        "테이블을 목록으로 또는 하나씩 주세요."
    ),
    "data.rows_outside_partition": (
        "{table}에 쓸 {rows}행이 이번에 바꿀 파티션({column}: {partitions})에 속하지 않습니다. 아무것도 게시하지 "
        "않았습니다. 해당 행: {sample}"
    ),
    "data.rows_row": (
        "{source}의 {row}번째 행: {detail}. 튜플에는 길이가 같은 columns=…가 필요합니다. 아무것도 게시하지 않았습니다."
    ),
    "data.rows_value": (
        "{source}의 {row}번째 행, 필드 {column!r}: {detail}. 값을 고치거나, columns=에 타입을 선언하거나, 이런 행을 "
        "max_bad_rows=…로 허용하세요."
    ),
    "data.schedule_misfit": (
        "{file}:{line}: 태스크 {task_id!r}은(는) {table}을(를) {grain} 단위({timezone})로 통째로 바꾸는데, DAG "
        "{dag_id!r}의 스케줄은 {schedule!r}이고 그 구간 {start} … {end}은(는) {grain} 단위의 정수배가 아닙니다. "
        "이대로면 실행마다 이웃 실행의 행을 지웁니다. 스케줄이나 테이블의 단위를 바꾸거나 partition=…을 지정하세요."
    ),
    "data.select_failed": "select=를 소스({columns})에 실행할 수 없습니다: {detail} 쿼리: {select}",
    "data.source_column": "컬럼 {column}을(를) {type}(으)로 읽을 수 없습니다: {detail}",
    "data.source_table_missing": (
        "연결 {connection}에 읽을 테이블 {table}이(가) 없습니다. 먼저 그 테이블을 쓰는 태스크를 실행하거나 이름을 "
        "고치세요."
    ),
    "data.source_table_unwritten": (
        "연결 {connection}에 테이블 {table}이(가) 아직 없습니다. 이 DAG의 태스크 {writer!r}이(가) 그 테이블을 "
        "쓰니 먼저 실행하세요."
    ),
    "data.sql_broken": "{file}:{line}: {table}에 쓰는 태스크 {task_id!r}의 SQL은 올바른 템플릿이 아닙니다: {why}",
    "data.sql_failed": (
        "{file}:{line}: {table}에 쓰는 태스크 {task_id!r}의 SQL이 연결 {connection!r}({host})에서 실패했습니다: "
        "{detail}"
    ),
    "data.sql_question_mark": (
        "SQL 템플릿에는 따옴표 밖에 물음표를 쓸 수 없습니다. 값은 {{{{ … }}}}로 쓰세요. 따옴표 안에는 쓸 수 있습니다."
    ),
    "data.sql_source_across": (
        "{here!r} 연결의 SqlSource 쿼리가 {there!r} 연결의 테이블 {table}을(를) 부릅니다. 쿼리 하나로 둘 다 읽을 수 "
        "없습니다."
    ),
    "data.sql_source_failed": "SqlSource의 쿼리가 {connection!r} 연결에서 실패했습니다: {detail}",
    "data.sql_template": "SQL 템플릿을 렌더링할 수 없습니다: {why}. 템플릿: {template}",
    "data.sqlite_schema": (
        "SQLite 파일에는 스키마가 없어 {table}을(를) 둘 곳이 없습니다. 테이블 이름을 {name} 또는 main.{name}으로 "
        "하세요."
    ),
    "data.stale_write": (
        "{table}: 더 새로운 쓰기가 이 쓰기의 일부를 {times}번 연속으로 바꾸었습니다. 아무것도 게시하지 않았습니다. "
        "이 테이블에 쓰는 태스크가 적을 때 다시 시도하세요."
    ),
    "data.table_name": "{name!r}은(는) 테이블 이름이 아닙니다. 'table' 또는 'schema.table'로 쓰세요.",
    "data.table_not_partitioned": (
        "{file}:{line}: {table}에 partition_by가 없어 태스크 {task_id!r}이(가) {mode} 모드로 쓸 수 없습니다. "
        "Table에 추가하거나 mode='replace'를 쓰세요."
    ),
    "data.target_busy": (
        "{holder} 때문에 {target}이(가) {seconds}초 동안 잠겨 있었습니다. 그 프로그램을 닫거나 나중에 다시 시도하세요."
    ),
    "data.target_failed": "{target}이(가) 거부했습니다: {detail}",
    "data.timezone_unknown": "{timezone!r}이라는 시간대는 없습니다. 'America/New_York'이나 'UTC' 같은 이름을 쓰세요.",
    "data.transform_across": (
        "{file}:{line}: transform {task_id!r}은(는) 연결 {here!r}의 {table}에 쓰면서 {there!r}의 {other}을(를) "
        "읽습니다. 한 쿼리로 둘 다 다룰 수 없으니 먼저 load()로 한쪽을 복사하세요."
    ),
}
