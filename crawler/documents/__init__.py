"""Official documents: PDF and DOCX as text in reading order, with page numbers, tables kept, title, date and issuer found."""
