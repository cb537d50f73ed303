#!/usr/bin/env python3
"""Reads prompts, teacher's logits and checkpoint manifests with Confluent's Python client: no code of Logitstream's.

    python3 -m venv ~/foreign-client
    ~/foreign-client/bin/pip install -r system-tests/foreign-client/requirements.txt
    ./logitstream broker                        # in one terminal; then, in others:
    ./logitstream topics create
    ./logitstream produce --source code java=console/target/traffic/java --rate 20
    ./logitstream teach --set teacher.model=demo-teacher
    ./logitstream train --set student.model=demo-student
    ~/foreign-client/bin/python system-tests/foreign-client/read_topics.py

--bootstrap and --registry name another Kafka and registry than those of `./logitstream broker`.
Prints the first records of each topic as JSON lines: topic, partition, offset, key, and the value with Avro's names. Only
committed records are read. The checksum of every payload of logits is verified; plain ones are decoded as far as their first row, of entropy-coded ones
(docs/logit-log.md) the head is told.
Exit status: 0 every topic had a record and all of them were sound, 1 a topic had none or a record was not sound.
"""

import argparse
import json
import sys
import time
import uuid

from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaError, KafkaException, TopicPartition
from confluent_kafka.schema_registry import SchemaRegistryClient
from confluent_kafka.schema_registry.avro import AvroDeserializer
from confluent_kafka.serialization import MessageField, SerializationContext

TOPICS = ("prompts", "teacher-logits", "evaluation-logits", "checkpoints")
TEXT_SHOWN = 120
TOKENS_SHOWN = 12
ENCODINGS = {1: "LABELS", 2: "FULL", 3: "SAMPLED", 4: "TOP_K"}


def crc32c(data: bytes) -> int:
    crc = 0xFFFFFFFF
    for byte in data:
        crc = CRC32C_TABLE[(crc ^ byte) & 0xFF] ^ (crc >> 8)
    return crc ^ 0xFFFFFFFF


def crc32c_table() -> list[int]:
    table = []
    for value in range(256):
        for _ in range(8):
            value = (value >> 1) ^ (0x82F63B78 if value & 1 else 0)
        table.append(value)
    return table


CRC32C_TABLE = crc32c_table()


class Payload:
    """The bytes of a payload, little-endian, read from the front; the checksum of a coded one takes in its prior's hash."""

    def __init__(self, data: bytes, prior_sha256: str | None) -> None:
        self._data = data[:-4]
        self._at = 0
        expected = int.from_bytes(data[-4:], "little")
        found = crc32c(bytes.fromhex(prior_sha256 or "") + self._data)
        if found != expected:
            raise ValueError(f"checksum {found:08x}, the payload says {expected:08x}")

    def byte(self) -> int:
        self._at += 1
        return self._data[self._at - 1]

    def varint(self) -> int:
        value = shift = 0
        while True:
            byte = self.byte()
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    def fixed_width(self, count: int) -> list[int]:
        width = self.byte()
        size = (count * width + 7) // 8
        bits = int.from_bytes(self._data[self._at : self._at + size], "little")
        self._at += size
        return [(bits >> (index * width)) & ((1 << width) - 1) for index in range(count)]


def decode_payload(data: bytes, prior_sha256: str | None) -> dict:
    """Tokens, and for SAMPLED the counts of the first row by token; of an entropy-coded payload what stands before the coded bits."""
    payload = Payload(data, prior_sha256)
    version = payload.byte()
    encoding = ENCODINGS.get(payload.byte())
    if version != 1:
        shown = {"bytes": len(data), "version": version, "encoding": encoding, "prior": prior_sha256}
        if encoding == "SAMPLED":
            shown.update(tokens=payload.varint(), sampleSize=payload.varint())
        return shown
    tokens = payload.fixed_width(payload.varint())
    shown = {"bytes": len(data), "version": version, "encoding": encoding, "tokens": tokens[:TOKENS_SHOWN] + ["..."][: len(tokens) > TOKENS_SHOWN]}
    if encoding == "FULL":
        shown["rows"] = payload.varint()
    if encoding == "SAMPLED":
        sample_size, shown["rows"] = payload.varint(), payload.varint()
        counts, token = {}, -1
        while shown["rows"] and sum(counts.values()) < sample_size:
            token += 1 + payload.varint()
            counts[token] = 1 + payload.varint()
        shown.update(sampleSize=sample_size, firstRow=counts)
    return shown


def shown(value: object) -> object:
    """The value with long texts cut and bytes by their number."""
    if isinstance(value, dict):
        return {name: shown(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [shown(inner) for inner in value]
    if isinstance(value, bytes):
        return f"{len(value)} bytes"
    if isinstance(value, str) and len(value) > TEXT_SHOWN:
        return value[:TEXT_SHOWN] + "..."
    return value


def read(consumer: Consumer, deserializer: AvroDeserializer, topic: str, records: int, timeout_s: float) -> int:
    """Prints the first records of a topic; returns how many there were."""
    metadata = consumer.list_topics(topic, timeout=timeout_s).topics[topic]
    if metadata.error is not None:
        raise KafkaException(metadata.error)
    consumer.assign([TopicPartition(topic, partition, OFFSET_BEGINNING) for partition in sorted(metadata.partitions)])
    ended: set[int] = set()
    found = 0
    deadline = time.monotonic() + timeout_s
    while found < records and len(ended) < len(metadata.partitions) and time.monotonic() < deadline:
        message = consumer.poll(1.0)
        if message is None:
            continue
        if message.error() is not None:
            if message.error().code() != KafkaError._PARTITION_EOF:
                raise KafkaException(message.error())
            ended.add(message.partition())
            continue
        if message.value() is None:
            continue
        value = deserializer(message.value(), SerializationContext(topic, MessageField.VALUE))
        line = {"topic": topic, "partition": message.partition(), "offset": message.offset(), "key": message.key().decode()}
        line["value"] = {name: decode_payload(inner, value["priorSha256"]) if name == "payload" else shown(inner) for name, inner in value.items()}
        print(json.dumps(line, default=str, ensure_ascii=False))
        found += 1
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bootstrap", default="localhost:9092", help="Kafka's address (default: %(default)s)")
    parser.add_argument("--registry", default="http://localhost:8081", help="the schema registry's address (default: %(default)s)")
    parser.add_argument("--prefix", default="", help="the pipeline's topic prefix")
    parser.add_argument("--topics", nargs="+", default=list(TOPICS), metavar="TOPIC")
    parser.add_argument("--records", type=int, default=3, help="most records of a topic (default: %(default)s)")
    parser.add_argument("--timeout-s", type=float, default=20, help="longest wait for a topic (default: %(default)s)")
    arguments = parser.parse_args()

    deserializer = AvroDeserializer(SchemaRegistryClient({"url": arguments.registry}))
    consumer = Consumer(
        {
            "bootstrap.servers": arguments.bootstrap,
            "group.id": f"foreign-client-{uuid.uuid4()}",
            "isolation.level": "read_committed",
            "enable.auto.commit": False,
            "enable.partition.eof": True,
            "auto.offset.reset": "error",
            "fetch.message.max.bytes": 8 << 20,
        }
    )
    sound = True
    try:
        for topic in arguments.topics:
            name = arguments.prefix + topic
            try:
                found = read(consumer, deserializer, name, arguments.records, arguments.timeout_s)
            except (KafkaException, ValueError) as error:
                print(f"{name}: {error}", file=sys.stderr)
                sound = False
                continue
            print(f"{name}: {found} records shown", file=sys.stderr)
            sound &= found > 0
    finally:
        consumer.close()
    return 0 if sound else 1


if __name__ == "__main__":
    sys.exit(main())
