import Console
import Pipeline

extension Readiness.State {
    /// What `/health/ready` answers: ready once partitions are assigned, or none is left over for this instance.
    var health: HealthStatus {
        switch self {
        case .starting: .unhealthy("joining the group")
        case .assigned(let count): .healthy("\(count) partitions")
        case .stopping: .unhealthy("stopping")
        case .failed(let reason): .unhealthy(reason)
        }
    }
}
