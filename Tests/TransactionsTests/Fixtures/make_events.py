"""Writes framed events with the libraries others use, and what is to be read from them.

    pip install fastavro protobuf grpcio-tools && python make_events.py
"""

import decimal
import io
import json
import pathlib
import random
import struct
import uuid

import fastavro
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from grpc_tools import protoc

HERE = pathlib.Path(__file__).parent
START = 1_767_571_200_000


def avro(number, record):
    schema = fastavro.parse_schema(json.loads((HERE / f"payment-{1 if number == 7 else 2}.avsc").read_text()))
    out = io.BytesIO(b"\0" + struct.pack(">I", number))
    out.seek(5)
    fastavro.schemaless_writer(out, schema, record)
    return out.getvalue()


def zigzag(value):
    value, out = (value << 1) ^ (value >> 63), bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes(out + bytes([value]))


def protobuf_payment():
    command = ["", f"-I{HERE}", f"-I{pathlib.Path(protoc.__file__).parent / '_proto'}", "--include_imports"]
    assert protoc.main(command + [f"--descriptor_set_out={HERE / 'payment.desc'}", "payment.proto"]) == 0
    files = descriptor_pb2.FileDescriptorSet.FromString((HERE / "payment.desc").read_bytes())
    pool = descriptor_pool.DescriptorPool()
    for file in files.file:
        pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("shop.Payment"))


def avro_events(rng):
    for n in range(12):
        at = START + n * 61_007
        number, cents, key = rng.randrange(1, 10**15), rng.randrange(-5000, 10**7), uuid.UUID(int=rng.getrandbits(128))
        country = rng.choice(["XX", "DE", "FR"]) if n % 3 else None
        issuer = {"country": country, "parent": {"country": "FR", "parent": None}} if country else None
        terminal, risk = (f"t{n} é" if n % 2 else None), (rng.choice([0.5, 1.25, -3.0]) if n % 4 else None)
        record = {
            "note": "x" * (n * 30) if n % 2 else None, "tags": ["a", "", "ü"][: n % 4],
            "attributes": {"a": None, "b": 1.5, "c": [1, -2, 3]} if n % 3 else {}, "id": key.bytes,
            "card": {"number": number, "issuer": issuer}, "at": at * 1000 + 999,
            "amount": decimal.Decimal(cents).scaleb(-2), "terminal": terminal, "risk": risk, "online": n % 2 == 0,
            "attempts": n - 3, "sum": bytes([1, 2, 3, n]),
        }
        yield avro(7, record), {
            "id": str(key), "user": str(number), "time": at, "amount": cents / 100, "entities": [terminal, None],
            "features": [country, "false" if n % 2 else "true", risk, n - 3],
        }
        record = {
            "device": f"d{n}" if n else "", "attempts": n << 40, "amount": cents / 7, "id": f"p{n}", "at": at,
            "online": None if n % 2 else True, "card": {"number": f"c{number}", "issuer": {"country": "😀"}},
        }
        yield avro(9, record), {
            "id": f"p{n}", "user": f"c{number}", "time": at, "amount": cents / 7,
            "entities": [None, f"d{n}" if n else None],
            "features": ["😀", None if n % 2 else "true", None, n << 40],
        }


def protobuf_events(rng):
    Payment = protobuf_payment()
    for n in range(12):
        at = START + n * 61_007
        payment = Payment(id=f"p{n}", amount=rng.choice([0.0, -3.5, 812.25]), online=n % 2 == 0, attempts=n - 3)
        payment.card.number = rng.randrange(1, 2**64)
        payment.at.seconds, payment.at.nanos = at // 1000, at % 1000 * 1_000_000 + 999_999
        if n % 3:
            payment.card.issuer.country = n % 5
            payment.card.issuer.parent.country = 2
        if n % 2:
            payment.terminal, payment.note, payment.trace = f"t{n} é", "x" * (n * 30), n
        if n % 4:
            payment.risk = 1.25
        payment.tags.extend(["a", "", "ü"][: n % 4])
        payment.numbers.extend(range(-n, n))
        payment.attributes["a"] = 1.5
        country = ["XX", "DE", "FR", "3", "4"][n % 5] if n % 3 else None
        frame = b"\0" + struct.pack(">I", 21) + zigzag(1) + zigzag(1)
        yield frame + payment.SerializeToString(), {
            "id": f"p{n}", "user": str(payment.card.number), "time": at, "amount": payment.amount,
            "entities": [payment.terminal if n % 2 else None, None],
            "features": [country, "false" if n % 2 else "true", 1.25 if n % 4 else None, n - 3],
        }


def rows(events):
    return [{"hex": data.hex(), "expected": expected} for data, expected in events]


events = {"avro": rows(avro_events(random.Random(1))), "protobuf": rows(protobuf_events(random.Random(2)))}
(HERE / "events.json").write_text(json.dumps(events, ensure_ascii=False, separators=(",", ":")) + "\n")
