/// How one part of the program is.
public enum HealthStatus: Hashable, Sendable {
    /// As it should be; with a remark for people, if any.
    case healthy(String? = nil)
    /// Not able to do its work, and why. Shown to whoever asks: no secrets.
    case unhealthy(String)
}
