"""The API's answers, without a socket: pages, parameters and the wrong answers that can be switched on."""

from datetime import date
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from flight_data import FlightData
from flights_api import FlightsApi
from misbehaviour import BadInput

DAY = date(2013, 1, 5)


@pytest.fixture(scope="module")
def data(flights_folder: Path) -> FlightData:
    return FlightData(flights_folder)


@pytest.fixture
def api(data: FlightData) -> FlightsApi:
    return FlightsApi(data, bad_input=BadInput())


def pages(api: FlightsApi, collection: str, **query: object) -> list[dict[str, Any]]:
    """All pages of a collection, as many as the first one announces."""

    def page(number: int) -> dict[str, Any]:
        parameters = "&".join(f"{name}={value}" for name, value in query.items())
        answer = api.answer(f"/{collection}?{parameters}&page={number}")
        assert answer.status == 200
        return answer.body

    first = page(1)
    return [first, *(page(number) for number in range(2, first["pages"] + 1))]


@pytest.mark.parametrize("per_page", [1, 100, 719, 720, 721, 1000])
def test_pages_hold_the_whole_day_once(api: FlightsApi, flights_folder: Path, per_page: int) -> None:
    expected = pq.read_table(flights_folder / "flights.parquet", filters=[("month", "=", 1), ("day", "=", 5)])
    found = pages(api, "flights", date=DAY, per_page=per_page)
    items = [item for page in found for item in page["items"]]
    assert {page["total"] for page in found} == {len(items)} == {720}
    assert [page["page"] for page in found] == list(range(1, -(-720 // per_page) + 1))
    keys = [(item["time_hour"], item["carrier"], item["flight"]) for item in items]
    instants = (instant.strftime("%Y-%m-%dT%H:%M:%SZ") for instant in expected["time_hour"].to_pylist())
    assert keys == list(zip(instants, expected["carrier"].to_pylist(), expected["flight"].to_pylist(), strict=True))
    assert len(set(keys)) == 720


def test_day_is_the_local_one(api: FlightsApi) -> None:
    items = [item for page in pages(api, "flights", date=DAY) for item in page["items"]]
    assert {(item["year"], item["month"], item["day"]) for item in items} == {(2013, 1, 5)}
    assert {item["time_hour"][:10] for item in items} == {"2013-01-05", "2013-01-06"}


def test_item_has_the_columns_of_the_dataset(api: FlightsApi) -> None:
    assert api.answer("/flights?date=2013-01-01&per_page=1").body == {
        "date": "2013-01-01",
        "page": 1,
        "pages": 842,
        "total": 842,
        "items": [
            {
                "year": 2013,
                "month": 1,
                "day": 1,
                "dep_time": 542,
                "sched_dep_time": 540,
                "dep_delay": 2,
                "arr_time": 923,
                "sched_arr_time": 850,
                "arr_delay": 33,
                "carrier": "AA",
                "flight": 1141,
                "tailnum": "N619AA",
                "origin": "JFK",
                "dest": "MIA",
                "air_time": 160,
                "distance": 1089,
                "hour": 5,
                "minute": 40,
                "time_hour": "2013-01-01T10:00:00Z",
            }
        ],
    }


@pytest.mark.parametrize(("collection", "total"), [("airlines", 16), ("airports", 1_458), ("planes", 3_322)])
def test_lookups_are_paged_too(api: FlightsApi, collection: str, total: int) -> None:
    found = pages(api, collection, per_page=1000)
    assert sum(len(page["items"]) for page in found) == found[0]["total"] == total
    assert "date" not in found[0]


def test_weather_has_the_repeated_hour_when_clocks_go_back(api: FlightsApi) -> None:
    (page,) = pages(api, "weather", date="2013-11-03")
    newark = [item["time_hour"] for item in page["items"] if (item["origin"], item["hour"]) == ("EWR", 1)]
    assert newark == ["2013-11-03T05:00:00Z", "2013-11-03T06:00:00Z"]


def test_day_without_data_has_no_pages(api: FlightsApi) -> None:
    body = {"date": "2014-01-01", "page": 1, "pages": 0, "total": 0, "items": []}
    assert api.answer("/flights?date=2014-01-01").body == body


def test_page_after_the_last_is_empty(api: FlightsApi) -> None:
    body = api.answer("/flights?date=2013-01-05&page=99").body
    assert (body["items"], body["total"]) == ([], 720)


@pytest.mark.parametrize(
    ("target", "status"),
    [
        ("/flights", 400),
        ("/flights?date=", 400),
        ("/flights?date=20130105", 400),
        ("/flights?date=2013-02-30", 400),
        ("/flights?date=2013-01-05&page=0", 400),
        ("/flights?date=2013-01-05&page=-1", 400),
        ("/airlines?per_page=x", 400),
        ("/", 404),
        ("/flights/1", 404),
    ],
)
def test_wrong_request_says_why(api: FlightsApi, target: str, status: int) -> None:
    answer = api.answer(target)
    assert (answer.status, list(answer.body), answer.page) == (status, ["error"], None)


def test_health_is_not_a_page(api: FlightsApi) -> None:
    assert (api.answer("/health").status, api.answer("/health").page) == (200, None)


def test_leaked_flight_of_the_next_day_ends_the_last_page(data: FlightData) -> None:
    api = FlightsApi(data, bad_input=BadInput(leak_next_day=frozenset({DAY})))
    found = pages(api, "flights", date=DAY)
    days = [item["day"] for page in found for item in page["items"]]
    assert days == [5] * 720 + [6]
    assert found[0]["total"] == 721
    assert {item["day"] for page in pages(api, "flights", date="2013-01-06") for item in page["items"]} == {6}


def test_wrong_shape_comes_on_the_last_page(data: FlightData) -> None:
    api = FlightsApi(data, bad_input=BadInput(wrong_shape=frozenset({DAY})))
    *others, last = pages(api, "flights", date=DAY)
    assert all(isinstance(page["items"], list) for page in others)
    assert list(last) == ["date", "results"]


def test_total_changes_after_the_first_page(data: FlightData) -> None:
    api = FlightsApi(data, bad_input=BadInput(changing_total=frozenset({DAY})))
    assert [page["total"] for page in pages(api, "flights", date=DAY)] == [720, 721, 721, 721]


def test_wrong_answers_concern_flights_only(data: FlightData, api: FlightsApi) -> None:
    days = frozenset({DAY})
    bad_input = BadInput(leak_next_day=days, wrong_shape=days, changing_total=days)
    target = "/weather?date=2013-01-05&per_page=20&page=2"
    assert FlightsApi(data, bad_input=bad_input).answer(target) == api.answer(target)
