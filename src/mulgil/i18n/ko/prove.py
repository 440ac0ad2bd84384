"""Korean texts of `mulgil prove`."""

MESSAGES: dict[str, str] = {
    "prove.at_alone": "시작한 상태에서 따로 한 번 더 실행함",
    "prove.at_end": "'{task_id}'을(를) 마지막 줄 뒤에 죽임",
    "prove.at_line": "'{task_id}'을(를) {line} 앞에서 죽임",
    "prove.at_point": "'{task_id}'을(를) {point}에서 죽임",
    "prove.cause_clock": "데이터 구간만이 아니라 계산하는 날에 따라 결과가 달라집니다.",
    "prove.cause_half": "죽은 뒤 테이블에 이전 행도, 온전한 실행의 행도 아닌 것이 남았습니다.",
    "prove.cause_latest": "실행이 자기 구간이 아니라 최신 파티션처럼 다른 실행이 남긴 것을 읽습니다.",
    "prove.cause_order": "어떤 실행이 먼저 있었는지에 따라 쓰는 내용이 달라집니다.",
    "prove.cause_repeated": "다시 실행하면 같은 행이 한 번 더 들어갑니다.",
    "prove.cause_unknown": "같은 입력에서 다른 행이 나왔습니다.",
    "prove.cause_unstable": "위에서 본 대로 실행할 때마다 달라집니다.",
    "prove.cause_values": "{columns}만 다릅니다. 난수 ID나 현재 시각처럼 값이 매번 새로 만들어집니다.",
    "prove.check_again": "같은 구간을 다시 실행해도 테이블이 같음",
    "prove.check_alike": "구간이 다르면 행도 다름",
    "prove.check_killed": "도중에 죽여도 이전 것 또는 새것이고, 다시 시도하면 온전함",
    "prove.check_later": "하루 뒤에 실행해도 테이블이 같음",
    "prove.check_order": "다른 순서로 실행해도 테이블이 같음",
    "prove.check_runs": "임시 타깃에서 실행 {runs}번",
    "prove.check_statements": "SQL에 시계, 난수, 임의의 행이 없음",
    "prove.child_died": (
        "증명 프로세스가 끝나기 전에 {code}(으)로 죽었습니다. `--keep DIR`로 다시 실행해 로그를 보세요"
    ),
    "prove.child_raised": "{kind}: {message}",
    "prove.fails": "증명 실패: DAG '{dag_id}'에서 {found}건을 찾았습니다 ({seconds}초)",
    "prove.help_keep": "임시 타깃과 태스크 로그를 이 새 폴더에 남깁니다",
    "prove.help_quick": "시간이 가장 많이 드는 죽이기 검사를 건너뜁니다",
    "prove.help_report": "보고서를 Markdown으로 이 파일에도 씁니다",
    "prove.holds": "증명됨: 무엇을 해 봐도 DAG '{dag_id}'의 테이블은 같습니다 ({seconds}초)",
    "prove.keep_not_empty": "{folder} 폴더가 비어 있지 않습니다. `--keep`에는 새 폴더를 주세요",
    "prove.no_scratch": (
        "연결 '{connection}'의 테이블은 증명할 수 없습니다. {type} 타입의 임시 타깃이 없으니 `--connection "
        "{connection}=duckdb:PATH`로 다른 것을 주세요"
    ),
    "prove.note_in_order": "구간을 순서대로만 받는 쓰기 모드의 테이블이 있어 다른 순서는 거부됨",
    "prove.note_no_writes": "판정할 수 있는 테이블을 쓰는 태스크가 없음",
    "prove.note_one_interval": "구간이 두 개 필요합니다. `--from`과 `--to`를 주세요",
    "prove.note_quick": "`--quick`으로 건너뜀",
    "prove.note_two_intervals": "구간이 정확히 두 개 필요합니다",
    "prove.progress_killed": "{total}번 중 {done}번 죽였습니다",
    "prove.progress_reference": "태스크 {total}개 중 {done}개를 따로 실행했습니다",
    "prove.remedy_inputs": "행이 데이터 구간과 변하지 않는 입력에서만 나오게 하세요.",
    "prove.remedy_interval": (
        "데이터 구간을 쓰세요. SQL에서는 `{{{{ ds }}}}`, 함수에서는 `ds`나 `data_interval_start`입니다."
    ),
    "prove.remedy_order_by": "함께 유일한 컬럼들로 ORDER BY를 쓰세요.",
    "prove.remedy_own_input": (
        "원래 그런 데이터가 아니라면, 태스크가 자기 구간이 아니라 최신 파일이나 최신 날짜를 읽는지 확인하세요."
    ),
    "prove.remedy_own_partition": (
        "실행 자신의 파티션만 읽으세요. `where day = {{{{ ds }}}}`를 쓰거나 Table을 `load`의 소스로 쓰세요."
    ),
    "prove.remedy_values": (
        "값을 행이나 구간에서 만드세요(키의 해시, `{{{{ ds }}}}`). 난수와 현재 시각은 쓰지 마세요."
    ),
    "prove.remedy_write": (
        "`load`나 `transform`으로 Table에 쓰세요. 앞선 시도가 쓴 것을 전부 바꾸거나 전혀 바꾸지 않습니다."
    ),
    "prove.report_check": "검사",
    "prove.report_head": "`{file}`, {first}부터 {last}까지 구간 {runs}개",
    "prove.report_limits": (
        "증명이 볼 수 없는 것: 데이터베이스나 폴더 연결 없이 태스크가 닿는 시스템(실제 그대로 쓰입니다), 증명하는 동안 "
        "바뀌는 소스, mulgil 밖의 다른 쓰기와의 경합."
    ),
    "prove.report_rows": "행",
    "prove.report_table": "테이블",
    "prove.report_title": "{dag_id} 증명",
    "prove.report_tried": "횟수",
    "prove.target_too_large": (
        "연결 '{connection}'의 타깃({path}, {mib} MiB)은 증명용으로 복사하기에 너무 큽니다. "
        "`--connection {connection}=TYPE:PATH`로 더 작은 것을 주세요"
    ),
    "prove.too_many_rows": "테이블의 행이 {limit}개를 넘어 비교할 수 없습니다. 범위를 줄이거나 더 작은 타깃을 쓰세요",
    "prove.tried": "{count}번",
    "prove.what_alike": "두 구간이 {columns}만 빼고 같은 행을 냈습니다 (쓴 태스크: {tasks})",
    "prove.what_differs": "행 {missing}개가 없고, 없어야 할 행 {extra}개가 있습니다 (쓴 태스크: {tasks})",
    "prove.what_nothing_written": "실행은 성공했지만 연결이 가리키는 데이터베이스에 쓰인 테이블이 없습니다",
    "prove.what_sql_chance": "SQL에서 `{word}`을(를) 씁니다({file}:{line}). 값이 매번 달라집니다",
    "prove.what_sql_clock": "SQL에서 `{word}`을(를) 씁니다({file}:{line}). 컴퓨터의 시계입니다",
    "prove.what_sql_limit": "SQL에 ORDER BY 없는 LIMIT가 있습니다({file}:{line}). 아무 행이나 나올 수 있습니다",
    "prove.what_stage": "다음 시도 뒤에도 죽은 쓰기의 스테이지가 남았습니다",
}
