public import Transformer

extension Model {
    /// The model with the weights that storage at a precision leaves. Its adapter, if it has one, becomes part of it where it
    /// can be merged.
    ///
    /// - Throws: `ModelFault` where the adapter cannot.
    public func rounded(to precision: WeightPrecision) throws(ModelFault) -> Model {
        try Model(
            configuration: try merged().configuration, parameters: parameters.rounded(to: precision), encoder: encoder,
            calibration: calibration, threshold: threshold)
    }

    /// The model as one of its own, its adapter folded into the weights; itself where it has none.
    ///
    /// - Throws: `ModelFault` for adapters that every layer computes beside its own.
    public func merged() throws(ModelFault) -> Model {
        guard let attached else { return self }
        guard attached.adapter.isMergeable else {
            throw ModelFault(
                file: "adapters/\(attached.name).safetensors",
                detail: "\(attached.adapter.method) cannot be merged: its parts are computed beside the layers'")
        }
        return try Model(
            configuration: configuration, parameters: parameters, encoder: encoder, calibration: calibration,
            threshold: threshold)
    }
}
