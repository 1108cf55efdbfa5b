public import ArgumentParser
public import Training
public import Transformer

// Enumerations whose cases are written on the command line as they are named.
extension TrainingMethod: ExpressibleByArgument {}
extension ObjectiveOptions.Kind: ExpressibleByArgument {}
extension AdaptationOptions.Penalty: ExpressibleByArgument {}
extension WeightPrecision: ExpressibleByArgument {}
extension CachePrecision: ExpressibleByArgument {}
