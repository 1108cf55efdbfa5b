package import Yams

extension Node {
    /// Reads a YAML document; nil for an empty one.
    ///
    /// Whoever reads a scalar knows what it should be, so no tag is resolved: Yams would match nine regular expressions
    /// against a key each time it is looked up.
    /// - Throws: `YamlError` where the text is no YAML or a mapping has a key twice.
    package static func document(_ yaml: String) throws -> Node? {
        try compose(yaml: yaml, .basic, .default, .utf8)
    }
}
