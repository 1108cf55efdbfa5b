/// The demo's rule set: one rule that moves the score, one that overrides it, one that lets through.
enum DemoRules {
    static let yaml = """
        rules:
          - id: far-and-large
            description: Large purchases far from home are looked at whatever the model says
            when: has(tx.distance_km) && tx.distance_km > 500.0 && tx.amount > 400.0
            action: review
            priority: 20
            reason: "{tx.amount} spent {tx.distance_km} km from home"
          - id: small-refund
            description: Refunds are never fraud on the card
            when: tx.amount < 0.0
            action: allow
            priority: 30
            reason: "refund of {tx.amount}"
        """
}
