from mulgil.logstores import Masker, connection_secrets
from mulgil.model import Connection


def test_secrets_are_hidden_wherever_they_stand() -> None:
    masker = Masker(["s3cret", "pa ss/wd"])
    assert masker.mask("x s3cret y, s3crets") == "x *** y, ***s"
    assert masker.mask("http://u:pa%20ss%2Fwd@h and pa+ss%2Fwd") == "http://u:***@h and ***"


def test_the_longest_secret_wins() -> None:
    assert Masker(["abc", "abcdef"]).mask("abcdef abc") == "*** ***"


def test_what_is_too_short_hides_nothing() -> None:
    assert Masker(["", "ab"]).mask("ab cab") == "ab cab"


def test_secrets_can_be_added_later() -> None:
    masker = Masker()
    assert masker.mask("token-1") == "token-1"
    masker.add(["token-1"])
    assert masker.mask("token-1") == "***"


def test_what_is_secret_of_a_connection() -> None:
    connection = Connection(
        connection_id="c",
        conn_type="http",
        host="h",
        login="me",
        password="pw-1",
        extra={"token": "t-1", "port": 5, "empty": ""},
    )
    assert connection_secrets(connection) == ("pw-1", "t-1")
    assert connection_secrets(Connection(connection_id="c", conn_type="http")) == ()
