// The peer of benchmarks.peer: a service as it is usually written with NestJS on Fastify, Knex and Objection.
//
// The host names the tenant, a guard checks an HS256 token, Objection validates and maps. No roles, row rules or history.
// PEER_DATABASE holds mysql2's connection options as JSON, PEER_PORT the port, PEER_KEY the key of the tokens.
"use strict";

require("reflect-metadata");
const { randomUUID } = require("node:crypto");
const { Body, Controller, Get, Module, NotFoundException, Param, Post, Query, Req, UnauthorizedException, UseGuards } = require("@nestjs/common");
const { NestFactory } = require("@nestjs/core");
const { FastifyAdapter } = require("@nestjs/platform-fastify");
const jwt = require("jsonwebtoken");
const knex = require("knex");
const { Model } = require("objection");

const database = knex({
  client: "mysql2",
  connection: { ...JSON.parse(process.env.PEER_DATABASE), timezone: "Z" },
  pool: { min: 1, max: 16 },
});
const tenants = new Map([["bench.localhost", database]]);

const IDS = ["id", "owner", "created_by", "updated_by"];
const HIDDEN = new Set(["deleted_at"]);

const asText = (bytes) => {
  const hex = bytes.toString("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
};
const asBytes = (text) => Buffer.from(text.replaceAll("-", ""), "hex");

class Account extends Model {
  static tableName = "peer_accounts";

  static jsonSchema = {
    type: "object",
    required: ["name"],
    properties: {
      name: { type: "string", minLength: 1, maxLength: 255 },
      website: { type: ["string", "null"], maxLength: 255 },
      phone: { type: ["string", "null"], maxLength: 40 },
      industry: { type: ["string", "null"], maxLength: 100 },
      annual_revenue: { type: ["string", "null"], pattern: "^-?[0-9]{1,13}(\\.[0-9]{1,2})?$" },
    },
  };

  $parseDatabaseJson(json) {
    const row = super.$parseDatabaseJson(json);
    for (const name of IDS) if (Buffer.isBuffer(row[name])) row[name] = asText(row[name]);
    return row;
  }

  $formatDatabaseJson(json) {
    const row = super.$formatDatabaseJson(json);
    for (const name of IDS) if (typeof row[name] === "string") row[name] = asBytes(row[name]);
    return row;
  }

  $formatJson(json) {
    const shown = super.$formatJson(json);
    for (const name of HIDDEN) delete shown[name];
    return shown;
  }
}

class TenantGuard {
  canActivate(context) {
    const request = context.switchToHttp().getRequest();
    request.tenant = tenants.get(request.hostname);
    const [scheme, token] = (request.headers.authorization ?? "").split(" ");
    if (!request.tenant) throw new NotFoundException();
    if (scheme !== "Bearer") throw new UnauthorizedException();
    try {
      request.user = jwt.verify(token, process.env.PEER_KEY, { algorithms: ["HS256"] });
    } catch {
      throw new UnauthorizedException();
    }
    return true;
  }
}

class AccountsController {
  async list(request, query) {
    const limit = Math.min(Number(query.limit ?? 50), 200);
    const rows = await Account.query(request.tenant)
      .whereNull("deleted_at")
      .where("industry", query["filter[industry]"])
      .orderBy([{ column: "annual_revenue", order: "desc" }, { column: "name" }, { column: "id" }])
      .limit(limit + 1);
    const next = rows.length > limit ? rows[limit - 1].id : null;
    return { data: rows.slice(0, limit), page: { next, prev: null } };
  }

  async read(request, id) {
    const row = await Account.query(request.tenant).findById(asBytes(id)).whereNull("deleted_at");
    if (!row) throw new NotFoundException();
    return { data: row };
  }

  async create(request, body) {
    const account = Account.fromJson(body);
    const now = new Date();
    Object.assign(account, { id: randomUUID(), version: 1, created_at: now, updated_at: now });
    account.owner = account.created_by = account.updated_by = request.user.sub;
    await Account.query(request.tenant).insert(account);
    return { data: account };
  }
}

// The decorators, applied without a compiler.
const method = (name, route, ...parameters) => {
  parameters.forEach((decorate, index) => decorate(AccountsController.prototype, name, index));
  route(AccountsController.prototype, name, Object.getOwnPropertyDescriptor(AccountsController.prototype, name));
};
method("list", Get(), Req(), Query());
method("read", Get(":id"), Req(), Param("id"));
method("create", Post(), Req(), Body());
UseGuards(TenantGuard)(AccountsController);
Controller("api/v1/data/accounts")(AccountsController);

class AppModule {}
Module({ controllers: [AccountsController] })(AppModule);

(async () => {
  const app = await NestFactory.create(AppModule, new FastifyAdapter(), { logger: false });
  await app.listen(Number(process.env.PEER_PORT), "127.0.0.1");
})();
