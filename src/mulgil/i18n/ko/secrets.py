"""저장된 비밀 값의 암호화에 관한 한국어 문구."""

MESSAGES = {
    "secrets.key_file_malformed": (
        "키 파일 {path}에 올바른 키가 없습니다. 각 줄은 Fernet 키 하나여야 합니다. 백업에서 복원하세요"
    ),
    "secrets.key_file_missing": (
        "키 파일 {path}이(가) 없어 저장된 연결과 변수를 읽을 수 없습니다. "
        "백업에서 복원하거나, 연결과 변수를 지우고 다시 설정하세요"
    ),
    "secrets.key_file_not_made": "키 파일 {path}을(를) 만들 수 없습니다: {why}",
    "secrets.key_file_open_to_others": (
        "다른 사용자가 키 파일 {path}을(를) 읽거나 바꿀 수 있습니다. `chmod 600 {path}`를 실행하고, "
        "이미 노출되었다면 비밀 값을 새로 설정하세요"
    ),
    "secrets.key_file_unreadable": "키 파일 {path}을(를) 읽을 수 없습니다: {why}",
    "secrets.wrong_key": (
        "{path}의 키로는 저장된 비밀 값을 풀 수 없습니다. 다른 키로 암호화되었거나 손상된 값입니다. "
        "이 데이터베이스의 키 파일을 복원하거나, 해당 연결 또는 변수를 다시 설정하세요"
    ),
}
