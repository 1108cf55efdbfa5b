/// Wrong configuration, naming file, line and field. Ends the program with exit code 2 before it joins the group.
struct SettingsFault: Error, CustomStringConvertible {
    var description: String

    init(file: String? = nil, line: Int? = nil, field: String, expected: String) {
        let place = [file, line.map(String.init)].compactMap { $0 }.joined(separator: ":")
        description = (place.isEmpty ? "" : "\(place): ") + "'\(field)': \(expected)"
    }
}
