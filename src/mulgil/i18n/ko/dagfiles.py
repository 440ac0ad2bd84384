"""DAG 파일 찾기, 복사, 가져오기."""

MESSAGES: dict[str, str] = {
    "dagfiles.bundle_too_large": (
        "DAG 폴더 {folder}의 크기가 {megabytes}MB로 한도 {limit}MB를 넘습니다. 가장 큰 파일은 "
        "{largest}({largest_megabytes}MB)입니다. 데이터를 폴더 밖으로 옮기거나 .mulgilignore 파일에 적거나 "
        "mulgil.toml의 [dagfiles]에서 `snapshot_limit_mb`를 늘리세요."
    ),
    "dagfiles.exits": (
        "{file}:{line}: 파일을 가져오는 동안 프로세스를 끝냅니다(종료 코드 {code}). 직접 실행할 때만 필요한 "
        '코드는 `if __name__ == "__main__":` 아래에 두세요.'
    ),
    "dagfiles.folder_unreadable": (
        "DAG 폴더 {folder}을(를) 읽을 수 없습니다: {why}. 폴더가 있는지, 읽기 권한이 있는지 확인하세요."
    ),
    "dagfiles.hangs": (
        "{file} 가져오기가 {seconds}초 안에 끝나지 않아 중단했습니다. 태스크 밖에서 기다리거나 네트워크를 쓰거나 "
        "끝없이 반복하는 곳이 있는지 보세요. 한도는 mulgil.toml의 [dagfiles]에 있는 "
        "`parse_timeout_seconds`입니다."
    ),
    "dagfiles.hangs_at": (
        "{file}:{line}: 가져오기가 {seconds}초 안에 끝나지 않아 중단했습니다. 이 줄에서 멈췄습니다. 기다리거나 "
        "네트워크를 쓰는 코드는 태스크 안으로 옮기세요. 한도는 mulgil.toml의 [dagfiles]에 있는 "
        "`parse_timeout_seconds`입니다."
    ),
    "dagfiles.import_failed": "{file}:{line}: {message}. 이름과 설치된 패키지의 버전을 확인하세요.",
    "dagfiles.imports_airflow": (
        "{file}:{line}: 파일이 {module!r}을(를) 가져오지만 여기에는 Airflow가 설치되어 있지 않습니다. 같은 "
        "이름을 `mulgil`에서 가져오세요. 차이점은 docs/airflow-differences.md에 있습니다."
    ),
    "dagfiles.missing_module": (
        "{file}:{line}: 모듈 {module!r}이(가) 없습니다. 패키지라면 mulgil이 실행되는 곳에 설치하세요: `pip "
        "install {distribution}`. 직접 만든 모듈이라면 {folder}에 두세요."
    ),
    "dagfiles.missing_module_guess": "{file}:{line}: 모듈 {module!r}이(가) 없습니다. {guess!r}을(를) 뜻했나요?",
    "dagfiles.missing_name": (
        "{file}:{line}: 모듈 {module!r}에 {name!r}이(가) 없습니다. 철자와 패키지 버전을 확인하세요."
    ),
    "dagfiles.missing_name_guess": (
        "{file}:{line}: 모듈 {module!r}에 {name!r}이(가) 없습니다. {guess!r}을(를) 뜻했나요?"
    ),
    "dagfiles.missing_submodule": (
        "{file}:{line}: 패키지 {package!r}은(는) 있지만 모듈 {module!r}이(가) 없습니다. 철자와 패키지 버전을 "
        "확인하세요."
    ),
    "dagfiles.parse_server_gone": "DAG 파일을 파싱하는 프로세스가 죽었습니다. DAG 프로세서를 다시 시작합니다.",
    "dagfiles.parser_exited": (
        "{file}: 파일을 가져오던 프로세스가 끝까지 가지 못하고 종료 코드 {exit_code}(으)로 끝났습니다. "
        "os._exit()나 프로세스를 끝내는 라이브러리가 있는지 보세요."
    ),
    "dagfiles.parser_killed": (
        "{file}: 파일을 가져오던 프로세스가 {signal}(으)로 종료되었습니다. SIGKILL은 대개 메모리 부족, SIGSEGV는 "
        "파일이 가져오는 네이티브 라이브러리의 오류를 뜻합니다."
    ),
    "dagfiles.raised": (
        "{file}:{line}: {kind}: {message}. 이 줄을 고치거나, 실행할 때만 있는 것이 필요하다면 태스크 안으로 옮기세요."
    ),
    "dagfiles.recursion": (
        "{file}:{line}: 가져오기가 끝없이 재귀합니다. 자기 자신을 부르는 함수나 자기 자신을 담은 구조가 있는지 보세요."
    ),
    "dagfiles.snapshot_failed": (
        "DAG 폴더를 {folder}(으)로 복사할 수 없습니다: {why}. 남은 공간과 쓰기 권한을 확인하세요."
    ),
    "dagfiles.syntax_error": "{file}:{line}: {message}: `{code}`. 이 줄이나 바로 앞 줄의 Python 문법을 고치세요.",
    "dagfiles.unfit_event_loop": (
        "{file}을(를) 가져오면 이벤트 루프가 계속 실행되므로 이 파일의 태스크는 fork 대신 새 프로세스로 "
        "시작합니다. 이벤트 루프는 태스크 안에서 시작하세요."
    ),
    "dagfiles.unfit_threads": (
        "{file}을(를) 가져오면 스레드({threads})가 시작되므로 이 파일의 태스크는 fork 대신 새 프로세스로 "
        "시작합니다. 스레드는 태스크 안에서 시작하세요."
    ),
}
