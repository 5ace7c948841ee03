"""The page on which people check records against their evidence and set them right (extra ``web``).

`app.create_app` makes the web application, `serve.serve` runs it, `reading` asks the dataset, and every change goes through
`doc_miner.dataset.reviews`. Places are code points of ``documents.text`` everywhere; what a browser counts is turned into them in
``static/offsets.js`` alone.
"""
