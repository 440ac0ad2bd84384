"""설정에 관한 한국어 문구."""

MESSAGES = {
    "config.file_unreadable": "설정 파일 {where}을(를) 읽을 수 없습니다: {why}",
    "config.folder_not_a_folder": "{path}은(는) 폴더여야 하는데 폴더가 아닙니다. 지우고 다시 시작하세요",
    "config.folder_not_made": "폴더 {path}을(를) 만들 수 없습니다: {why}",
    "config.folder_of_another_user": (
        "폴더 {path}의 소유자는 현재 사용자({user})가 아니라 사용자 {owner}입니다. "
        "소유자로 mulgil을 실행하거나 폴더를 지워 달라고 요청하세요"
    ),
    "config.folder_open_to_others": (
        "폴더 {path}이(가) 다른 사용자에게 열려 있습니다(모드 {mode}). `chmod 700 {path}`를 실행하세요"
    ),
    "config.key_unknown": "{where}: {name} 설정은 없습니다. 이 섹션의 설정: {known}",
    "config.key_unknown_near": "{where}: {name} 설정은 없습니다. '{nearest}'을(를) 쓰려고 하셨나요?",
    "config.section_not_a_table": "{where}: '{name}'은(는) 섹션입니다. `[{name}]` 아래에 설정을 쓰세요",
    "config.section_unknown": "{where}: {name} 섹션은 없습니다. 사용할 수 있는 섹션: {known}",
    "config.section_unknown_near": "{where}: {name} 섹션은 없습니다. [{nearest}]을(를) 쓰려고 하셨나요?",
    "config.value_invalid": "{where}: {key}의 값으로 {value}을(를) 쓸 수 없습니다: {why}",
    "config.variable_invalid": "환경 변수 {key}의 값으로 '{value}'을(를) 쓸 수 없습니다: {why}",
    "config.variable_unknown": (
        "환경 변수 {name}에 해당하는 설정이 없습니다. 변수를 지우거나 다음 중 하나를 쓰세요: {known}"
    ),
    "config.variable_unknown_near": "환경 변수 {name}에 해당하는 설정이 없습니다. {nearest}을(를) 쓰려고 하셨나요?",
}
