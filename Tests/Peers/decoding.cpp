// The same messages as `vigil bench decode --out messages.jsonl`, read with simdjson's on-demand parser, as a C++ team
// would: every field of the canonical form looked at, texts copied, the time parsed, numbers as doubles.
//
//   apt-get install libsimdjson-dev
//   c++ -O3 -march=native -std=c++17 Tests/Peers/decoding.cpp -lsimdjson -o /tmp/decoding
//   vigil bench decode --out /tmp/messages.jsonl && /tmp/decoding /tmp/messages.jsonl
#include <simdjson.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

using namespace simdjson;

struct Transaction {
    std::string id, user;
    long long time = 0;
    double amount = 0;
    std::vector<std::pair<std::string, std::string>> texts;
    std::vector<std::pair<std::string, double>> numbers;
};

// Days since 1970-01-01 of a civil date (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms").
static long long days(int y, unsigned m, unsigned d) {
    y -= m <= 2;
    const int era = (y >= 0 ? y : y - 399) / 400;
    const unsigned yoe = unsigned(y - era * 400), doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
    return era * 146097LL + (long long)(yoe * 365 + yoe / 4 - yoe / 100 + doy) - 719468;
}

static long long milliseconds(std::string_view t) {
    auto n = [&](size_t at, size_t count) {
        int value = 0;
        for (size_t i = at; i < at + count && i < t.size(); i++) value = value * 10 + (t[i] - '0');
        return value;
    };
    long long whole = days(n(0, 4), n(5, 2), n(8, 2)) * 86400LL + n(11, 2) * 3600 + n(14, 2) * 60 + n(17, 2);
    return whole * 1000 + (t.size() > 22 && t[19] == '.' ? n(20, 3) : 0);
}

static void read(ondemand::object object, Transaction &into) {
    for (auto field : object) {
        std::string_view name = field.unescaped_key();
        ondemand::value value = field.value();
        switch (value.type()) {
        case ondemand::json_type::object: read(value.get_object(), into); break;
        case ondemand::json_type::number: {
            double number = value.get_double();
            if (name == "amount") into.amount = number;
            else into.numbers.emplace_back(std::string(name), number);
            break;
        }
        case ondemand::json_type::string: {
            std::string_view text = value.get_string();
            if (name == "id") into.id = text;
            else if (name == "user") into.user = text;
            else if (name == "time") into.time = milliseconds(text);
            else into.texts.emplace_back(std::string(name), std::string(text));
            break;
        }
        default: break;
        }
    }
}

int main(int argc, char **argv) {
    if (argc != 2) return std::fprintf(stderr, "usage: decoding FILE\n"), 2;
    std::ifstream file(argv[1]);
    std::vector<padded_string> messages;
    for (std::string line; std::getline(file, line);) messages.emplace_back(line);
    if (messages.empty()) return std::fprintf(stderr, "%s: no messages\n", argv[1]), 1;
    ondemand::parser parser;
    std::vector<double> passes;
    double amounts = 0;
    for (int pass = 0; pass < 5; pass++) {
        auto began = std::chrono::steady_clock::now();
        for (auto &message : messages) {
            Transaction transaction;
            auto document = parser.iterate(message);
            read(document.get_object(), transaction);
            amounts += transaction.amount + double(transaction.time & 1);
        }
        passes.push_back(std::chrono::duration<double, std::nano>(std::chrono::steady_clock::now() - began).count());
    }
    std::sort(passes.begin(), passes.end());
    std::printf("{\"events\":%zu,\"nanoseconds_per_event\":%.0f,\"amounts\":%.2f}\n", messages.size(),
                passes[2] / double(messages.size()), amounts);
}
