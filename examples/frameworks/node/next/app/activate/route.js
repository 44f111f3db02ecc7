import { randomUUID } from "node:crypto";
import { NextResponse } from "next/server";
import { COOKIE, HEADERS, page, verified } from "../../marketplace.mjs";

export async function GET(request) {
  const given = verified(request.nextUrl.search.slice(1)); // a page has searchParams only
  if (!given) return new NextResponse("This page opens from the marketplace only.", { status: 403 });
  const response = new NextResponse(page(given), { headers: { ...HEADERS, "Content-Type": "text/html" } });
  response.cookies.set("session", randomUUID(), COOKIE);
  return response;
}
