-- The structure of Northwind (T-SQL): tables, keys, checks. Written from its published description.
SET QUOTED_IDENTIFIER ON
GO
IF EXISTS (SELECT * FROM sysobjects WHERE id = object_id('dbo.Orders')) DROP TABLE "dbo"."Orders"
GO
CREATE TABLE [dbo].[Categories] (
  [CategoryID] [int] IDENTITY (1, 1) NOT NULL,
  [CategoryName] nvarchar (15) NOT NULL,
  [Description] [ntext] NULL,
  [Picture] [image] NULL,
  CONSTRAINT [PK_Categories] PRIMARY KEY CLUSTERED ([CategoryID]))
GO
CREATE INDEX [CategoryName] ON [dbo].[Categories] ([CategoryName])
GO
CREATE TABLE [dbo].[CustomerDemographics] (
  [CustomerTypeID] [nchar] (10) NOT NULL,
  [CustomerDesc] [ntext] NULL,
  CONSTRAINT [PK_CustomerDemographics] PRIMARY KEY NONCLUSTERED ([CustomerTypeID]))
GO
CREATE TABLE [dbo].[Customers] (
  [CustomerID] nchar (5) NOT NULL,
  [CompanyName] nvarchar (40) NOT NULL,
  [ContactName] nvarchar (30) NULL,
  [ContactTitle] nvarchar (30) NULL,
  [Address] nvarchar (60) NULL,
  [City] nvarchar (15) NULL,
  [Region] nvarchar (15) NULL,
  [PostalCode] nvarchar (10) NULL,
  [Country] nvarchar (15) NULL,
  [Phone] nvarchar (24) NULL,
  [Fax] nvarchar (24) NULL,
  CONSTRAINT [PK_Customers] PRIMARY KEY CLUSTERED ([CustomerID]))
GO
CREATE TABLE [dbo].[CustomerCustomerDemo] (
  [CustomerID] nchar (5) NOT NULL,
  [CustomerTypeID] [nchar] (10) NOT NULL)
GO
CREATE TABLE [dbo].[Employees] (
  [EmployeeID] [int] IDENTITY (1, 1) NOT NULL,
  [LastName] nvarchar (20) NOT NULL,
  [FirstName] nvarchar (10) NOT NULL,
  [Title] nvarchar (30) NULL,
  [TitleOfCourtesy] nvarchar (25) NULL,
  [BirthDate] [datetime] NULL,
  [HireDate] [datetime] NULL,
  [Address] nvarchar (60) NULL,
  [City] nvarchar (15) NULL,
  [Region] nvarchar (15) NULL,
  [PostalCode] nvarchar (10) NULL,
  [Country] nvarchar (15) NULL,
  [HomePhone] nvarchar (24) NULL,
  [Extension] nvarchar (4) NULL,
  [Photo] [image] NULL,
  [Notes] [ntext] NULL,
  [ReportsTo] [int] NULL,
  [PhotoPath] nvarchar (255) NULL,
  CONSTRAINT [PK_Employees] PRIMARY KEY CLUSTERED ([EmployeeID]),
  CONSTRAINT [FK_Employees_Employees] FOREIGN KEY ([ReportsTo]) REFERENCES [dbo].[Employees] ([EmployeeID]),
  CONSTRAINT [CK_Birthdate] CHECK (BirthDate < getdate()))
GO
CREATE TABLE [dbo].[Region] (
  [RegionID] [int] NOT NULL,
  [RegionDescription] [nchar] (50) NOT NULL,
  CONSTRAINT [PK_Region] PRIMARY KEY NONCLUSTERED ([RegionID]))
GO
CREATE TABLE [dbo].[Territories] (
  [TerritoryID] nvarchar (20) NOT NULL,
  [TerritoryDescription] [nchar] (50) NOT NULL,
  [RegionID] [int] NOT NULL,
  CONSTRAINT [PK_Territories] PRIMARY KEY NONCLUSTERED ([TerritoryID]))
GO
CREATE TABLE [dbo].[EmployeeTerritories] (
  [EmployeeID] [int] NOT NULL,
  [TerritoryID] [nvarchar] (20) NOT NULL)
GO
CREATE TABLE [dbo].[Shippers] (
  [ShipperID] [int] IDENTITY (1, 1) NOT NULL,
  [CompanyName] nvarchar (40) NOT NULL,
  [Phone] nvarchar (24) NULL,
  CONSTRAINT [PK_Shippers] PRIMARY KEY CLUSTERED ([ShipperID]))
GO
CREATE TABLE [dbo].[Suppliers] (
  [SupplierID] [int] IDENTITY (1, 1) NOT NULL,
  [CompanyName] nvarchar (40) NOT NULL,
  [ContactName] nvarchar (30) NULL,
  [ContactTitle] nvarchar (30) NULL,
  [Address] nvarchar (60) NULL,
  [City] nvarchar (15) NULL,
  [Region] nvarchar (15) NULL,
  [PostalCode] nvarchar (10) NULL,
  [Country] nvarchar (15) NULL,
  [Phone] nvarchar (24) NULL,
  [Fax] nvarchar (24) NULL,
  [HomePage] [ntext] NULL,
  CONSTRAINT [PK_Suppliers] PRIMARY KEY CLUSTERED ([SupplierID]))
GO
CREATE TABLE [dbo].[Products] (
  [ProductID] [int] IDENTITY (1, 1) NOT NULL,
  [ProductName] nvarchar (40) NOT NULL,
  [SupplierID] [int] NULL,
  [CategoryID] [int] NULL,
  [QuantityPerUnit] nvarchar (20) NULL,
  [UnitPrice] [money] NULL CONSTRAINT [DF_Products_UnitPrice] DEFAULT (0),
  [UnitsInStock] [smallint] NULL CONSTRAINT [DF_Products_UnitsInStock] DEFAULT (0),
  [UnitsOnOrder] [smallint] NULL CONSTRAINT [DF_Products_UnitsOnOrder] DEFAULT (0),
  [ReorderLevel] [smallint] NULL CONSTRAINT [DF_Products_ReorderLevel] DEFAULT (0),
  [Discontinued] [bit] NOT NULL CONSTRAINT [DF_Products_Discontinued] DEFAULT (0),
  CONSTRAINT [PK_Products] PRIMARY KEY CLUSTERED ([ProductID]),
  CONSTRAINT [FK_Products_Categories] FOREIGN KEY ([CategoryID]) REFERENCES [dbo].[Categories] ([CategoryID]),
  CONSTRAINT [FK_Products_Suppliers] FOREIGN KEY ([SupplierID]) REFERENCES [dbo].[Suppliers] ([SupplierID]),
  CONSTRAINT [CK_Products_UnitPrice] CHECK (UnitPrice >= 0),
  CONSTRAINT [CK_ReorderLevel] CHECK (ReorderLevel >= 0),
  CONSTRAINT [CK_UnitsInStock] CHECK (UnitsInStock >= 0),
  CONSTRAINT [CK_UnitsOnOrder] CHECK (UnitsOnOrder >= 0))
GO
CREATE TABLE [dbo].[Orders] (
  [OrderID] [int] IDENTITY (1, 1) NOT NULL,
  [CustomerID] nchar (5) NULL,
  [EmployeeID] [int] NULL,
  [OrderDate] [datetime] NULL,
  [RequiredDate] [datetime] NULL,
  [ShippedDate] [datetime] NULL,
  [ShipVia] [int] NULL,
  [Freight] [money] NULL CONSTRAINT [DF_Orders_Freight] DEFAULT (0),
  [ShipName] nvarchar (40) NULL,
  [ShipAddress] nvarchar (60) NULL,
  [ShipCity] nvarchar (15) NULL,
  [ShipRegion] nvarchar (15) NULL,
  [ShipPostalCode] nvarchar (10) NULL,
  [ShipCountry] nvarchar (15) NULL,
  CONSTRAINT [PK_Orders] PRIMARY KEY CLUSTERED ([OrderID]),
  CONSTRAINT [FK_Orders_Customers] FOREIGN KEY ([CustomerID]) REFERENCES [dbo].[Customers] ([CustomerID]),
  CONSTRAINT [FK_Orders_Employees] FOREIGN KEY ([EmployeeID]) REFERENCES [dbo].[Employees] ([EmployeeID]),
  CONSTRAINT [FK_Orders_Shippers] FOREIGN KEY ([ShipVia]) REFERENCES [dbo].[Shippers] ([ShipperID]))
GO
CREATE TABLE [dbo].[Order Details] (
  [OrderID] [int] NOT NULL,
  [ProductID] [int] NOT NULL,
  [UnitPrice] [money] NOT NULL CONSTRAINT [DF_Order_Details_UnitPrice] DEFAULT (0),
  [Quantity] [smallint] NOT NULL CONSTRAINT [DF_Order_Details_Quantity] DEFAULT (1),
  [Discount] [real] NOT NULL CONSTRAINT [DF_Order_Details_Discount] DEFAULT (0),
  CONSTRAINT [PK_Order_Details] PRIMARY KEY CLUSTERED ([OrderID], [ProductID]),
  CONSTRAINT [FK_Order_Details_Orders] FOREIGN KEY ([OrderID]) REFERENCES [dbo].[Orders] ([OrderID]),
  CONSTRAINT [FK_Order_Details_Products] FOREIGN KEY ([ProductID]) REFERENCES [dbo].[Products] ([ProductID]),
  CONSTRAINT [CK_Discount] CHECK (Discount >= 0 and (Discount <= 1)),
  CONSTRAINT [CK_Quantity] CHECK (Quantity > 0),
  CONSTRAINT [CK_UnitPrice] CHECK (UnitPrice >= 0))
GO
INSERT "Region" VALUES (1, 'Eastern; or so')
GO
INSERT "Territories" VALUES ('01581', 'O''Brien', 1)
GO
ALTER TABLE [dbo].[CustomerCustomerDemo] ADD CONSTRAINT [PK_CustomerCustomerDemo] PRIMARY KEY NONCLUSTERED ([CustomerID], [CustomerTypeID])
GO
ALTER TABLE [dbo].[CustomerCustomerDemo] ADD CONSTRAINT [FK_CustomerCustomerDemo] FOREIGN KEY ([CustomerTypeID]) REFERENCES [dbo].[CustomerDemographics] ([CustomerTypeID])
GO
ALTER TABLE [dbo].[CustomerCustomerDemo] ADD CONSTRAINT [FK_CustomerCustomerDemo_Customers] FOREIGN KEY ([CustomerID]) REFERENCES [dbo].[Customers] ([CustomerID])
GO
ALTER TABLE [dbo].[Territories] ADD CONSTRAINT [FK_Territories_Region] FOREIGN KEY ([RegionID]) REFERENCES [dbo].[Region] ([RegionID])
GO
ALTER TABLE [dbo].[EmployeeTerritories] ADD CONSTRAINT [PK_EmployeeTerritories] PRIMARY KEY NONCLUSTERED ([EmployeeID], [TerritoryID])
GO
ALTER TABLE [dbo].[EmployeeTerritories] ADD CONSTRAINT [FK_EmployeeTerritories_Employees] FOREIGN KEY ([EmployeeID]) REFERENCES [dbo].[Employees] ([EmployeeID])
GO
ALTER TABLE [dbo].[EmployeeTerritories] ADD CONSTRAINT [FK_EmployeeTerritories_Territories] FOREIGN KEY ([TerritoryID]) REFERENCES [dbo].[Territories] ([TerritoryID])
GO
