#pragma once
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

/* rd_kafka_producev() is variadic, which Swift cannot call. Copies key and value; owns `headers` only on success.
 * A NULL value is a tombstone; an empty value is a non-NULL pointer with size 0. */
static inline rd_kafka_resp_err_t vigil_produce(rd_kafka_t *client, rd_kafka_topic_t *topic, int32_t partition,
                                                const void *key, size_t key_size, const void *value,
                                                size_t value_size, int64_t timestamp_ms,
                                                rd_kafka_headers_t *headers, void *tag) {
    if (headers)
        return rd_kafka_producev(client, RD_KAFKA_V_RKT(topic), RD_KAFKA_V_PARTITION(partition),
                                 RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_KEY(key, key_size),
                                 RD_KAFKA_V_VALUE((void *)value, value_size), RD_KAFKA_V_TIMESTAMP(timestamp_ms),
                                 RD_KAFKA_V_HEADERS(headers), RD_KAFKA_V_OPAQUE(tag), RD_KAFKA_V_END);
    return rd_kafka_producev(client, RD_KAFKA_V_RKT(topic), RD_KAFKA_V_PARTITION(partition),
                             RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_KEY(key, key_size),
                             RD_KAFKA_V_VALUE((void *)value, value_size), RD_KAFKA_V_TIMESTAMP(timestamp_ms),
                             RD_KAFKA_V_OPAQUE(tag), RD_KAFKA_V_END);
}

/* Newer releases (2.6) can shorten the mock's first group join; older ones lack the symbol. Returns 0 if it could not. */
static inline int vigil_mock_set_initial_rebalance_delay(rd_kafka_mock_cluster_t *cluster, int32_t delay_ms) {
#if RD_KAFKA_VERSION >= 0x020600ff
    rd_kafka_mock_group_initial_rebalance_delay_ms(cluster, delay_ms);
    return 1;
#else
    (void)cluster;
    (void)delay_ms;
    return 0;
#endif
}
