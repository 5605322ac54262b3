"""What a value that was refused should have been, in words. The rule: it names the expectation, never the value,
which may be a password."""

from __future__ import annotations

from typing import Any

from app.words import Said, said

MOMENT = said("expected a time with its offset, such as 2027-01-31T00:00:00Z")

# By Pydantic's names of errors, in its own English; %(...)s are the names in its contexts.
EXPECTED = {
    "missing": said("Field required"),
    "extra_forbidden": said("Extra inputs are not permitted"),
    "string_type": said("Input should be a valid string"),
    "string_too_short": said("String should have at least %(min_length)s characters"),
    "string_too_long": said("String should have at most %(max_length)s characters"),
    "string_pattern_mismatch": said("String should match pattern '%(pattern)s'"),
    "int_type": said("Input should be a valid integer"),
    "int_parsing": said("Input should be a valid integer, unable to parse string as an integer"),
    "int_from_float": said("Input should be a valid integer, got a number with a fractional part"),
    "float_type": said("Input should be a valid number"),
    "float_parsing": said("Input should be a valid number, unable to parse string as a number"),
    "finite_number": said("Input should be a finite number"),
    "bool_type": said("Input should be a valid boolean"),
    "bool_parsing": said("Input should be a valid boolean, unable to interpret input"),
    "list_type": said("Input should be a valid list"),
    "dict_type": said("Input should be a valid dictionary"),
    "model_type": said("Input should be an object"),
    "model_attributes_type": said("Input should be an object"),
    "none_required": said("Input should be null"),
    "bytes_type": said("Input should be a valid bytes"),
    "too_long": said("At most %(max_length)s items"),
    "too_short": said("At least %(min_length)s items"),
    "greater_than": said("Input should be greater than %(gt)s"),
    "greater_than_equal": said("Input should be greater than or equal to %(ge)s"),
    "less_than": said("Input should be less than %(lt)s"),
    "less_than_equal": said("Input should be less than or equal to %(le)s"),
    "literal_error": said("Input should be %(expected)s"),
    "datetime_type": MOMENT,
    "datetime_parsing": MOMENT,
    "datetime_from_date_parsing": MOMENT,
    "timezone_aware": MOMENT,
}


def expected(error: dict[str, Any]) -> str:
    """Of one of ValidationError.errors() with its context."""
    context = error.get("ctx", {})
    own = context.get("error")
    if isinstance(own, ValueError) and own.args:
        return own.args[0] if isinstance(own.args[0], Said) else str(own.args[0])
    known = EXPECTED.get(error["type"])
    if known is None:
        return str(error["msg"]).removeprefix("Value error, ").removeprefix("Assertion failed, ")
    return said(known.msgid, **{name: value for name, value in context.items() if name in known.msgid})
