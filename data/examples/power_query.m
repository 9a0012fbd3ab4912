// Excel: Data > Get Data > From Other Sources > Blank Query > Advanced Editor. Refresh gets the day's file.
let
    Site = "http://127.0.0.1:8000",
    Source = Csv.Document(
        Web.Contents(Site, [RelativePath = "data/files/districts/40106.csv"]),
        [Delimiter = ",", Encoding = 65001, QuoteStyle = QuoteStyle.Csv]
    ),
    Headed = Table.PromoteHeaders(Source, [PromoteAllScalars = false]),
    // Codes and telephone numbers stay text: leading zeros count.
    AsText = Table.TransformColumnTypes(
        Headed, List.Transform(Table.ColumnNames(Headed), each {_, type text})
    ),
    // Known to visit, or not known (未確認): unknown is never no.
    Visit = Table.SelectRows(AsText, each [#"VM.REG"] = "yes" or [#"VM.REG"] = "unknown"),
    Sorted = Table.Sort(Visit, {{"VM.REG", Order.Descending}})
in
    Sorted
