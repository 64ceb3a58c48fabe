"""What a process remembers is bounded, and never brings an old state back."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from portal.caching import BoundedCache


@pytest.fixture
def cache() -> BoundedCache[str, str]:
    """Room for ten letters."""
    return BoundedCache(10, len)


def keep(cache: BoundedCache[str, str], *values: str) -> None:
    for value in values:
        cache.get(value, lambda value=value: value)


def loads(cache: BoundedCache[str, str], key: str) -> bool:
    """Whether the cache has to ask for a value."""
    asked = []
    cache.get(key, lambda: asked.append(key) or key)
    return bool(asked)


def test_a_value_is_loaded_once(cache):
    assert loads(cache, "paris")
    assert not loads(cache, "paris")


def test_that_there_is_nothing_is_remembered_too():
    cache = BoundedCache[str, str | None](3)
    assert cache.get("elsewhere", lambda: None) is None
    assert cache.get("elsewhere", lambda: "something") is None


def test_a_failure_is_not_remembered(cache):
    with pytest.raises(ZeroDivisionError):
        cache.get("paris", lambda: str(1 / 0))
    assert loads(cache, "paris")


def test_without_weights_the_limit_is_a_number_of_values():
    cache = BoundedCache[int, int](100)
    for number in range(1000):
        cache.get(number, lambda number=number: number)
    assert len(cache) == 100


def test_the_oldest_go_first(cache):
    keep(cache, "aaaa", "bbbb", "cccc")
    assert not loads(cache, "bbbb")
    assert not loads(cache, "cccc")
    assert loads(cache, "aaaa")


def test_a_heavy_value_takes_the_room_of_several_light_ones(cache):
    keep(cache, "aa", "bb", "cc", "dd", "eeeeeee")
    assert len(cache) == 2
    assert not loads(cache, "dd")


def test_what_was_forgotten_gives_its_room_back(cache):
    keep(cache, "aaaaaaaaaa")
    cache.forget(lambda key, _: key.startswith("a"))
    keep(cache, "bbbbb", "ccccc")
    assert len(cache) == 2


def test_a_value_heavier_than_the_limit_is_handed_out_and_not_kept(cache):
    assert cache.get("key", lambda: "a" * 11) == "a" * 11
    assert len(cache) == 0


def test_only_what_is_stale_is_forgotten(cache):
    keep(cache, "paris", "oslo")
    cache.forget(lambda _, value: value == "paris")
    assert loads(cache, "paris")
    assert not loads(cache, "oslo")


def test_a_value_loaded_during_a_change_is_handed_out_and_not_kept(cache):
    def load_while_something_changes() -> str:
        cache.forget(lambda *_: True)
        return "old"

    assert cache.get("paris", load_while_something_changes) == "old"
    assert cache.get("paris", lambda: "new") == "new"


def test_a_reader_who_was_slower_keeps_what_a_faster_one_found(cache):
    def load_slowly() -> str:
        cache.get("paris", lambda: "fast")
        return "slow"

    assert cache.get("paris", load_slowly) == "slow"
    assert cache.get("paris", lambda: "later") == "fast"


def test_the_limit_holds_while_many_read_and_forget():
    cache = BoundedCache[int, int](50)

    def read_and_forget(start: int) -> None:
        for number in range(start, start + 500):
            assert cache.get(number, lambda number=number: number) == number
            if number % 100 == 0:
                cache.forget(lambda key, _: key % 2 == 0)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(read_and_forget, range(0, 800, 100)))
    assert 0 < len(cache) <= 50
