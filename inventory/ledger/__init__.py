"""The ledger (台账): the Excel or CSV files in which offices keep what they have.

The format. A workbook (.xlsx) has one sheet a kind, found by its title in any order; sheets may be missing:

    行政区划  地点  单位  联系人  机房  机柜  设备  专线  VLAN  网段  IP地址  业务系统

A CSV file (UTF-8 with or without BOM, or GB18030) has one kind, found by its headings. Above the headings may stand
title rows. The headings of each sheet are declared in `inventory.ledger.sheets` (Chinese, English, aliases), the first
line of a file that is written is `[column.heading for column in sheet.columns]`. To write a ledger:

    for sheet in SHEETS:
        worksheet = workbook.create_sheet(sheet.title)
        worksheet.append([column.heading for column in sheet.columns])
        worksheet.append([column.format.show(values[column.field]) for column in sheet.columns])

Rules of a cell:
- blank: says nothing; a new object gets the default, an existing one keeps its value
- `-`, `/`, `无`: nothing; the value is taken away
- references are names; a region or a room also as 上级/名称 or 地点/机房 where the name alone occurs twice; they may
  point to other rows of the same file, in any order
- several names are separated by 、 or a comma: 民政局、教育局
- words are the labels of `inventory.labels`; 100M and 1G are bandwidths, 1200.50 an amount in yuan a month, 99.95% an
  availability, 2026-03-01 a date

How it goes through:

    file -> workbook | delimited -> Table -> reading -> Row -> planner(+ state) -> ChangePlan -> applying -> database
            sizes, encodings         cells    headings, formats   pure: new, changed, same, wrong    one transaction
"""
