/// The report's style sheet: two columns of charts on a screen, black on white in print, dark where the reader's system is.
enum ReportStyle {
    static let sheet: HTML = """
        :root{--ink:#1b1f24;--soft:#5c6670;--rule:#d5dae0;--paper:#fff;--wash:#f5f7f9;
        --s0:#0b63a5;--s1:#c2500a;--s2:#00795a;--s3:#8a3f86;--quiet:#9aa5b1}
        @media (prefers-color-scheme:dark){:root{--ink:#e7eaee;--soft:#a3adb8;--rule:#39424c;--paper:#14181d;--wash:#1d232a;
        --s0:#62b0ec;--s1:#f2935a;--s2:#45c39d;--s3:#d493d0;--quiet:#6b7682}}
        *{box-sizing:border-box}
        body{margin:0;background:var(--paper);color:var(--ink);
        font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","DejaVu Sans",sans-serif}
        main{max-width:1060px;margin:0 auto;padding:36px 28px 60px}
        h1{font-size:28px;line-height:1.2;margin:0 0 4px;letter-spacing:-.01em}
        h2{font-size:20px;margin:44px 0 6px;padding-top:14px;border-top:2px solid var(--ink)}
        h3{font-size:16px;margin:26px 0 4px}
        p{margin:6px 0 12px;max-width:74ch}.lead{font-size:18px}.soft{color:var(--soft);font-size:14px;max-width:none}
        .tiles{display:grid;grid-template-columns:repeat(4,1fr);gap:12px;margin:22px 0}
        .tile{border:1px solid var(--rule);border-radius:6px;padding:12px 14px;background:var(--wash)}
        .tile b{display:block;font-size:26px;line-height:1.2;font-weight:600;font-variant-numeric:tabular-nums}
        .tile span{display:block;font-size:14px}.tile small{display:block;color:var(--soft);font-size:12.5px}
        .charts{display:grid;grid-template-columns:1fr 1fr;gap:22px 26px;margin:16px 0}
        figure{margin:0;break-inside:avoid}figcaption{font-weight:600;font-size:15px}
        figure svg{width:100%;height:auto;display:block}
        .legend{display:flex;flex-wrap:wrap;gap:2px 16px;font-size:13px;color:var(--soft);min-height:21px}
        .legend span{display:inline-flex;align-items:center;gap:6px}
        figure .legend svg.sign{width:22px;height:12px;flex:none}
        svg text{font-family:inherit;fill:var(--soft)}svg .tick,svg .note{font-size:12px}svg .title{font-size:12.5px;fill:var(--ink)}
        svg .grid{stroke:var(--rule);stroke-width:1}svg .axis{stroke:var(--ink);stroke-width:1}
        .line{fill:none;stroke-width:2.2;stroke-linejoin:round}
        .line.s0{stroke:var(--s0)}.line.s1{stroke:var(--s1);stroke-dasharray:7 3}.line.s2{stroke:var(--s2);stroke-dasharray:2 3}
        .line.s3{stroke:var(--s3);stroke-dasharray:9 3 2 3}.line.guide{stroke:var(--quiet);stroke-width:1.2;stroke-dasharray:3 3}
        .fill.s0{fill:var(--s0)}.fill.s1{fill:var(--s1)}.fill.s2{fill:var(--s2)}.fill.s3{fill:var(--s3)}.fill.quiet{fill:var(--quiet)}
        .fill.faint{fill:var(--quiet);opacity:.45}
        .scroll{overflow-x:auto}
        table{border-collapse:collapse;width:100%;font-size:14px;font-variant-numeric:tabular-nums;margin:8px 0 14px}
        th{font-weight:600;text-align:right;border-bottom:1.5px solid var(--ink);padding:5px 8px;vertical-align:bottom}
        td{text-align:right;border-bottom:1px solid var(--rule);padding:4px 8px}
        th.w,td.w{text-align:left;overflow-wrap:anywhere}th.w:first-child,td.w:first-child{min-width:12ch}tr{break-inside:avoid}
        .verdict{border-left:5px solid var(--s0);background:var(--wash);padding:12px 16px;margin:14px 0;max-width:none;font-size:17px}
        .warn{border-left-color:var(--s1)}
        code{font:13px ui-monospace,"DejaVu Sans Mono",Menlo,monospace;overflow-wrap:anywhere}
        @media screen and (max-width:760px){.charts{grid-template-columns:1fr}.tiles{grid-template-columns:1fr 1fr}}
        @media print{@page{size:A4;margin:14mm}
        :root{--ink:#000;--soft:#444;--rule:#bbb;--paper:#fff;--wash:#fff;--s0:#0b63a5;--s1:#c2500a;--s2:#00795a;--s3:#8a3f86;--quiet:#8a939c}
        body{font-size:10.5pt}main{max-width:none;padding:0}h2,h3{break-after:avoid}.charts{gap:12px 16px}
        table{font-size:8.5pt}th,td{padding:2px 5px}td:not(.w){white-space:nowrap}.tile b{font-size:17pt}h2{margin-top:26px}
        *{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
        """
}
