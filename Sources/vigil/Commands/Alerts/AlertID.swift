import ArgumentParser
import Foundation

/// An alert's identifier: a UUID.
struct AlertID: ExpressibleByArgument {
    let text: String

    init?(argument: String) {
        guard let uuid = UUID(uuidString: argument) else { return nil }
        text = uuid.uuidString.lowercased()
    }
}
