import Foundation
import Transformer

/// Why a model directory could not be read or written: which file, and which field of it.
public struct ModelFault: Error, Hashable, Sendable, CustomStringConvertible {
    /// The file's path.
    public var file: String
    /// The field at fault, if one is.
    public var field: String?
    public var detail: String

    public init(file: String, field: String? = nil, detail: String) {
        self.file = file
        self.field = field
        self.detail = detail
    }

    init(file: String, _ error: SafetensorsError) {
        self.init(file: file, field: error.byteOffset.map { "byte \($0)" }, detail: error.message)
    }

    /// What the system says of a file, without the types that carry it.
    public static func reason(_ error: any Error) -> String {
        switch error {
        case let fault as ModelFault: return fault.detail
        case let fault as SafetensorsError: return fault.message
        default:
            let underlying = (error as NSError).userInfo[NSUnderlyingErrorKey] as? any Error
            return (underlying ?? error).localizedDescription
        }
    }

    public var description: String {
        field.map { "\(file): \($0): \(detail)" } ?? "\(file): \(detail)"
    }
}
