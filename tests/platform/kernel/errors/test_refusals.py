"""What a slice raises when it says no."""

from kernel.errors.codes import Code
from kernel.errors.refusals import InvalidInput, InvalidRequest, NotFound, Refusal, TransportRefusal


class EmployeeStatusLog: ...


def test_a_refusal_says_what_its_code_says_unless_told_better() -> None:
    assert Refusal(Code.IN_USE).message == Code.IN_USE.message
    told = Refusal(Code.IN_USE, "Three employees are in it.", data={"count": 3})
    assert (told.code, told.message, told.data, told.status) == (
        Code.IN_USE,
        "Three employees are in it.",
        {"count": 3},
        200,
    )
    assert str(told) == "2307 Three employees are in it."


def test_a_row_that_is_not_there_is_called_by_its_name() -> None:
    refusal = NotFound.of(EmployeeStatusLog)
    assert (refusal.code, refusal.message) == (Code.NOT_FOUND, "There is no such employee status log.")
    assert (refusal.status, refusal.data) == (200, None)


def test_one_field_is_refused_as_validation_refuses_it() -> None:
    refusal = InvalidInput("orderBy", "cannot order by 'x'", "unknown_field")
    assert refusal.code is Code.REQUEST_VALIDATION
    assert refusal.data == {"errors": [{"field": "orderBy", "message": "cannot order by 'x'", "type": "unknown_field"}]}
    assert refusal.message == "The request is not valid. orderBy: cannot order by 'x'"


def test_the_sentence_names_the_first_three_fields() -> None:
    refusal = InvalidRequest([{"field": name, "message": "too long", "type": "x"} for name in "abcd"])
    assert refusal.message == "The request is not valid. a: too long; b: too long; c: too long"
    assert len(str(refusal.data).split("field")) == 5


def test_the_transport_refuses_with_a_real_status() -> None:
    refusal = TransportRefusal(503, Code.SERVICE_UNAVAILABLE, data={"database": "down"}, headers={"Retry-After": "5"})
    assert isinstance(refusal, Refusal)
    assert (refusal.headers, Refusal(Code.IN_USE).headers) == ({"Retry-After": "5"}, None)
    assert (refusal.status, refusal.message, refusal.data) == (
        503,
        Code.SERVICE_UNAVAILABLE.message,
        {"database": "down"},
    )
