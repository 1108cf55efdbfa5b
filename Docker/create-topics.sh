#!/bin/bash
# Creates vigil's topics where they are missing: create-topics.sh BOOTSTRAP_SERVERS. Runs in the Kafka image.
set -eu
servers=${1:?bootstrap servers}
replicas=${REPLICATION_FACTOR:-1}

create() {
    local topic=$1 partitions=$2
    shift 2
    /opt/kafka/bin/kafka-topics.sh --bootstrap-server "$servers" --create --if-not-exists --topic "$topic" \
        --partitions "$partitions" --replication-factor "$replicas" "$@"
}

# Input: a partition is the unit of order and of work, so both inputs have the same number, keyed by the same user.
create transactions 16
create labels 16
# Output.
create review 4
create dead-letters 1 --config retention.ms=2592000000
# State: only the newest record of a key counts. `sequences` has one partition for each of `transactions`.
create sequences 16 --config cleanup.policy=compact --config min.cleanable.dirty.ratio=0.2
create entities 1 --config cleanup.policy=compact --config min.cleanable.dirty.ratio=0.2
