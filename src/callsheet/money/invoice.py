"""A provider's invoice, read from CSV, whatever its columns are called."""

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Literal, get_args

from callsheet.errors import InputError
from callsheet.film import Money, digest
from callsheet.film.price import MICROS

Field = Literal["job", "attempt", "date", "model", "amount", "units", "unit_price", "currency", "status"]
FIELDS: tuple[Field, ...] = get_args(Field)

_NAMES: Mapping[Field, tuple[str, ...]] = {
    "job": ("job id", "job", "request id", "task id", "prediction id", "generation id", "operation id", "video id", "id", "请求id", "任务id"),
    "attempt": ("attempt id", "attempt", "external id", "client id", "client request id", "idempotency key", "reference", "custom id"),
    "date": ("date", "day", "created at", "created", "time", "timestamp", "usage date", "billed at", "start time", "日期", "时间"),
    "model": ("model", "model id", "model name", "endpoint", "endpoint id", "product", "sku", "description", "item", "模型"),
    "amount": ("amount", "cost", "charge", "charged", "total", "total cost", "total amount", "billed", "net amount", "金额", "费用"),
    "units": ("units", "unit count", "quantity", "count", "seconds", "credits", "usage", "数量", "用量"),
    "unit_price": ("unit price", "price per unit", "rate", "price", "unit cost", "单价"),
    "currency": ("currency", "currency code", "币种"),
    "status": ("status", "state", "result", "状态"),
}  # fmt: skip
_SIGNS = {"$": "USD", "€": "EUR", "£": "GBP", "¥": ""}
"""What a sign before an amount means; the yen and the yuan share theirs."""


@dataclass(frozen=True)
class InvoiceLine:
    """One line of an invoice. `number` is its line in the file, counted from 1; empty text is what it does not say."""

    number: int
    job: str
    attempt: str
    day: date | None
    model: str
    amount: Money
    status: str
    turn: int = 1
    """1 for the first line of its job and amount, 2 for the next that says the same."""

    @property
    def key(self) -> str:
        """What the line says, wherever it stands: the same invoice read again has the same keys."""
        day = self.day.isoformat() if self.day else ""
        said = [self.job, self.attempt, day, self.amount.micros, self.amount.currency, self.turn]
        return digest(said)[:32]

    def __str__(self) -> str:
        return f"line {self.number}: {self.job or self.attempt}, {self.amount}"


def read(path: Path, mapping: Mapping[str, str] | None = None, currency: str = "") -> tuple[InvoiceLine, ...]:
    """The lines of the invoice in `path`, a CSV file with a line of headings.

    `mapping` gives the heading for a field of ours, such as `{"amount": "Fee"}`, where it is not found by itself; `currency` is that of amounts
    which do not say. Raises InputError naming the lines that cannot be read; then none is returned.
    """
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(
            f"the invoice cannot be read: {error}", where=str(path), remedy="Give a CSV file in UTF-8."
        ) from error
    rows = list(csv.reader(io.StringIO(text, newline=""), _dialect(text), strict=True)) if text.strip() else []
    first = next((number for number, row in enumerate(rows) if any(cell.strip() for cell in row)), None)
    if first is None:
        raise InputError("the invoice is empty", where=str(path), remedy="Give a CSV file with a line of headings.")
    columns = _columns(rows[first], mapping or {}, str(path))
    lines: list[InvoiceLine] = []
    wrong: list[str] = []
    seen: dict[tuple[str, str, Money, date | None], int] = {}
    for number, row in enumerate(rows[first + 1 :], first + 2):
        if not any(cell.strip() for cell in row):
            continue
        try:
            line = _line(number, row, columns, currency)
        except ValueError as error:
            wrong.append(f"  line {number}: {error}")
            continue
        same = (line.job, line.attempt, line.amount, line.day)
        seen[same] = seen.get(same, 0) + 1
        lines.append(InvoiceLine(**{**vars(line), "turn": seen[same]}))
    if wrong:
        raise InputError("the invoice cannot be read\n" + "\n".join(wrong), where=str(path),
                         remedy="Nothing was taken from it. Correct these lines, or say which column is which.")  # fmt: skip
    return tuple(lines)


def _dialect(text: str) -> type[csv.Dialect]:
    """Comma, semicolon or tab: whichever the headings have most of."""
    head = next(line for line in text.splitlines() if line.strip())

    class Found(csv.excel):
        delimiter = max(",;\t", key=head.count)

    return Found


def _plain(heading: str) -> str:
    words = re.sub(r"([a-z])([A-Z])", r"\1 \2", heading.strip())
    return re.sub(r"[^\w]+|_", " ", words).strip().lower()


def _columns(headings: Sequence[str], mapping: Mapping[str, str], where: str) -> Mapping[Field, int]:
    """Which column holds which field."""
    plain = [_plain(re.sub(r"\(.*?\)", "", heading)) for heading in headings]
    found: dict[Field, int] = {}
    for name, heading in mapping.items():
        if name not in FIELDS:
            raise InputError(f"{name!r} is no field of an invoice", where=where, remedy="Fields: " + ", ".join(FIELDS))
        if _plain(heading) not in [_plain(h) for h in headings]:
            raise InputError(f"there is no column {heading!r}", where=where, remedy="Columns: " + ", ".join(headings))
        found[name] = [_plain(h) for h in headings].index(_plain(heading))
    for field in FIELDS:
        if field not in found:
            taken = set(found.values())
            at = [plain.index(name) for name in _NAMES[field] if name in plain and plain.index(name) not in taken]
            if at:
                found[field] = at[0]
    if "job" not in found and "attempt" not in found:
        raise InputError("no column says which job a line is for", where=where,
                         remedy="Say which one does: job=HEADING. Columns: " + ", ".join(headings))  # fmt: skip
    if "amount" not in found and not {"units", "unit_price"} <= set(found):
        raise InputError("no column says what a line costs", where=where,
                         remedy="Say which one does: amount=HEADING. Columns: " + ", ".join(headings))  # fmt: skip
    return found


def _line(number: int, row: Sequence[str], columns: Mapping[Field, int], currency: str) -> InvoiceLine:
    """One line. Raises ValueError in words."""

    def cell(field: Field) -> str:
        at = columns.get(field)
        return row[at].strip() if at is not None and at < len(row) else ""

    job, attempt = cell("job"), cell("attempt")
    if not job and not attempt:
        raise ValueError("it names no job")
    sign = ""
    if cell("amount"):
        micros, sign = _amount(cell("amount"))
    elif cell("units") and cell("unit_price"):
        units, _ = _number(cell("units"))
        price, sign = _number(cell("unit_price"))
        micros = _micros(units * price)
    else:
        raise ValueError("it says no amount, nor units and their price")
    unit = cell("currency").upper() or sign or currency
    if not re.fullmatch(r"[A-Z]{3}", unit):
        raise ValueError(f"its currency is {unit!r}" if unit else "it says no currency")
    if sign and sign != unit:
        raise ValueError(f"its amount is in {sign} and its currency is {unit}")
    return InvoiceLine(number, job, attempt, _day(cell("date")), cell("model"), Money(micros, unit), cell("status"))


def _amount(text: str) -> tuple[int, str]:
    value, sign = _number(text)
    return _micros(value), sign


def _micros(value: Decimal) -> int:
    exact = value * MICROS
    if exact != exact.to_integral_value():
        raise ValueError(f"{value} is finer than a millionth")
    return int(exact)


def _number(text: str) -> tuple[Decimal, str]:
    """A number, and the currency that stands with it."""
    match = re.fullmatch(r"(-?)\s*([A-Z]{3}|[$€£¥])?\s*(-?)([\d,.' ]*\d)\s*([A-Z]{3})?", text)
    if not match or (match[1] and match[3]):
        raise ValueError(f"{text!r} is not an amount")
    digits = match[4].replace("'", "").replace(" ", "")
    if re.fullmatch(r"\d{1,3}(,\d{3})+(\.\d+)?", digits):
        digits = digits.replace(",", "")
    elif "," in digits:
        # 1,500 could be either; only a point settles what a comma means.
        raise ValueError(f"{text!r} can be read in two ways: write it with a point and without commas")
    try:
        value = Decimal(digits)
    except InvalidOperation:
        raise ValueError(f"{text!r} is not an amount") from None
    code = match[2] or match[5] or ""
    return -value if match[1] or match[3] else value, _SIGNS.get(code, code)


def _day(text: str) -> date | None:
    """A day or a moment in ISO 8601, as the day in UTC."""
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text.replace(" UTC", "+00:00").replace("/", "-"))
    except ValueError:
        raise ValueError(f"{text!r} is no date: write 2026-11-21") from None
    return moment.astimezone(UTC).date() if moment.tzinfo else moment.date()
