"""태스크가 실행하는 셸 명령."""

MESSAGES: dict[str, str] = {
    "bash.exit_code": "명령이 종료 코드 {exit_code}(으)로 끝났습니다. 마지막 줄: {last}",
    "bash.killed": "명령이 시그널 {signal}(으)로 종료되었습니다. 마지막 줄: {last}",
    "bash.no_bash": "이 컴퓨터의 PATH에 `bash`가 없습니다. 설치하거나 Python 태스크를 쓰세요.",
    "bash.no_command": "태스크 {task_id!r}의 함수가 {value}을(를) 반환했습니다. 실행할 명령을 문자열로 반환하세요.",
    "bash.no_folder": "명령을 실행할 폴더 {cwd!r}이(가) 없습니다. 폴더를 만들거나 cwd를 고치세요.",
}
